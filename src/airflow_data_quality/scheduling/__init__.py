"""From stored tests to what is due: when, in which batches, claimed by whom."""

RUN = "run"
"""The mapped task that runs batches, each under its number."""
