"""What Python programs that tests start find first on their path."""
