"""The nouns: what is checked, against what, and what came of it. Frozen, typed, without a database."""
