"""The pictures of a report's page."""
