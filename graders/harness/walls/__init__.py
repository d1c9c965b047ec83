"""What a worker is walled in by."""
