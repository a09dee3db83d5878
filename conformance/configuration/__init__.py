"""Settings of a run: the table of options, what was given, and where reports go."""
