"""Misconceptions of part `model`."""
