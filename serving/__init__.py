"""What stands between the network and the application, and how the server is seen from outside."""
