"""Faults of the form of answers, of authentication, of sizes and of texts."""
