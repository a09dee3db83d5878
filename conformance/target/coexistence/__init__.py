"""Running on a server that others use, too: the run's identity, what it may send, what it created, and its cleanup."""
