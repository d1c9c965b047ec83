"""Misconceptions of part `loss`."""
