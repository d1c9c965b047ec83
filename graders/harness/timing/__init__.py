"""Two programs timed side by side."""
