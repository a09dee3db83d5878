"""Programs that measure the judging of clients."""
