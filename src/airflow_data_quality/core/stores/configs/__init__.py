"""The config store: stored tests, registered connections, and the log of who changed what."""
