"""What the package promises to be fast at, measured. Each file answers one question; README.md holds the numbers."""
