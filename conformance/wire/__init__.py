"""What travels on the wire, read exactly: JSON, instants, durations. The lowest layer: it imports nothing else."""
