"""Misconceptions of part `loader`."""
