"""The commands that judge clients."""
