"""Rules over facts: what completes a course run, and what is still missing."""
