"""Exact reading of JSON, instants and durations. The lowest package: it imports no other."""
