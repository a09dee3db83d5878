"""Exact reading of JSON, instants and durations. The lowest room: it imports no other."""
