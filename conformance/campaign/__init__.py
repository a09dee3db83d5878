"""One run of the suite: its traffic, the judging of every trace, the confirming of what failed, and the results."""
