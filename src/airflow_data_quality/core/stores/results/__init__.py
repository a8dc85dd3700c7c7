"""The result store: runs, executions and measurements, written once and read back as they were."""
