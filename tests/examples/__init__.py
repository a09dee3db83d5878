"""What lies in examples/."""
