"""Definitions in files: our own suites, later those of other tools."""
