"""Misconceptions of part `data`."""
