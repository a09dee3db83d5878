"""Known deviations: violations that a team accepts for now, each with a reason, and what they cover."""
