"""The grading engine: it names no lab and could grade another one."""
