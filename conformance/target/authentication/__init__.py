"""Access tokens: those that a target is to accept, and those that it has to refuse."""
