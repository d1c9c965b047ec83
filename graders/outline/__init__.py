"""Makes the contract's functions of a script that does the lesson's work at the top level."""
