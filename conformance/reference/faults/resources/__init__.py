"""Faults of workflows and lists, and of what one resource leaves behind for another."""
