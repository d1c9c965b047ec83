"""Misconceptions of part `prediction`."""
