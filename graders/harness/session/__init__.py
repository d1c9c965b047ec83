"""The pytest side of a run: fixtures, options, the summary, what is written where."""
