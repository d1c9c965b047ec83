"""Misconceptions of part `throughput`."""
