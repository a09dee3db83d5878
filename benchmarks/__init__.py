"""Programs that print the figures of README.md and docs/measurements.md."""
