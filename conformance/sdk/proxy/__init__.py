"""A proxy between any client and a server: it changes nothing, and judges both sides once it is stopped."""
