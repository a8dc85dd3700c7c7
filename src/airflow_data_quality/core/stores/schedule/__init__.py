"""What the scheduler remembers: when it looked last, and which due times are claimed by which batch."""
