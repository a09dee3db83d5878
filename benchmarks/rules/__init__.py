"""Programs that measure the rules on traces that nobody played."""
