"""The value itself: steps with symbolic references, its JSON form, its script and its snippets."""
