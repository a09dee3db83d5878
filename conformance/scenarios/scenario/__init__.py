"""A scenario as a value: steps with symbolic references, its JSON form, its script and its snippets."""
