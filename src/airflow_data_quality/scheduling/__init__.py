"""From stored tests to what is due: when, in which batches, claimed by whom."""
