"""The witness: a small HTTP server that answers what it was told to, and records what it was really sent."""
