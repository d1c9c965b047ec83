"""The gradebook: results as they land, and a teacher's word."""
