"""What waits in the triggerer: for a moment, for an outcome. No check is asked there."""
