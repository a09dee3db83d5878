"""Whether two values mean the same, and the violation where they do not."""
