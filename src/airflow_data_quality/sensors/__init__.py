"""Tasks that wait for good data."""
