"""Traces with other answers, and without some of them: what the other rooms are built of."""
