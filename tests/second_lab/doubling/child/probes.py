"""Nothing is measured beside student code here."""
