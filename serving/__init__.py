"""What every answer goes through on its way out, and how one sees from outside how the server is."""
