"""Notes that a participant keeps, and how many courses they have completed."""
