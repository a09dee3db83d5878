"""Sharded runs: several machines play a share of a run each, and their shards become one result."""
