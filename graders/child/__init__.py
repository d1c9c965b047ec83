"""What runs beside student code: the only place for torch."""
