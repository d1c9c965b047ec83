"""`%grade`: the functions of a running notebook graded where they are written."""
