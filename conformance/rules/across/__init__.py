"""What only several traces of a run prove together, and what of each trace is kept for that."""
