"""A lab of two checks, to show what the engine does for any lab: nothing of MNIST's is in it."""
