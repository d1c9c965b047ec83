"""What a submission says, unrun."""
