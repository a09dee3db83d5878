"""A test server that misbehaves in every way that a socket allows, and what the suite makes of it."""
