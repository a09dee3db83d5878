"""Running on a server that others use, too."""
