"""From violations to proofs: each is replayed in its turn, minimised, and told with what it explains."""
