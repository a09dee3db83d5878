"""Lists of a target that others use, too: how long they are, how often they are asked for, and what is kept of them."""
