"""What is measured of a submission, and what it should be: the judge's side of this lab, NumPy only."""
