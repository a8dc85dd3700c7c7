"""Notifiers: callbacks that tell people what a run has found."""
