"""What the programs share: how they measure, a run in a process of its own, and a second client."""
