"""A guest's manners."""
