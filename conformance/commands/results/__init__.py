"""Commands about results: comparing, merging and remembering them, and accepting known deviations."""
