"""Long lists of a target that others use, too: how often they may be requested, and what is kept of them."""
