"""Clients under test: an SDK behind a driver. What it sent is seen on the wire."""
