"""A class's gradings: which are to be made, on what, and how they can be stopped."""
