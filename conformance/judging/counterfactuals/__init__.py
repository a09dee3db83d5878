"""What of a run would still be violated if one thing that is wrong were right: the rest follows from that."""
