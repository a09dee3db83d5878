"""Faults of how instances run: stages, events, cancellations, histories and variables."""
