"""The witness: a small HTTP server that gives prepared answers, and records the requests that it really gets."""
