"""Commands that students do not get."""
