"""Misconceptions of part `training`."""
