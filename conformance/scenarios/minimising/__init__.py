"""Making a scenario smaller while it still shows its violation."""
