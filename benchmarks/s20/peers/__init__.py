"""S20 as the users of other tools ask it. Each file runs in an environment of its own, knows nothing of ours, and takes turns."""
