"""Misconceptions of part `reshape`."""
