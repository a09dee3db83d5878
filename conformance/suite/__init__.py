"""The pytest modules that a run collects: an item per requirement, and per operation and kind of property."""
