"""What mistakes make of numbers: pure functions in float64."""
