"""How each database is reached: one file per dialect, called like it; imported by name when a session is opened."""
