"""What every answer goes through on its way out, and how the server is seen from outside."""
