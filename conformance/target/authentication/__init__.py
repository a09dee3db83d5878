"""Access tokens: those that a target must accept, and those that it must refuse."""
