"""The skillfolio: what a participant has completed, the skills it shows, and the evidence."""
