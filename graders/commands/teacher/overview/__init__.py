"""The page of a class, which a teacher reads first."""
