"""What a trace proves: an index of its exchanges, timelines of instances, and the comparisons that rules share."""
