"""What lies in a class's folder, and whose it is."""
