"""Runs that several machines share: what each leaves, and how that becomes one result."""
