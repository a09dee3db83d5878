"""One run of the suite: its traffic, the judging of every trace, the chase of what failed, and the results."""
