"""The driver: the small program that calls an SDK, and the protocol that it speaks over stdin and stdout."""
