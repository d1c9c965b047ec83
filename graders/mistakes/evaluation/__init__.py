"""Misconceptions of part `evaluation`."""
