"""Ways to a worker."""
