"""From what a worker answered to a report."""
