"""The embedded reference server: the v1 orchestration API in memory, with a slow mode and named faults.

It shares no code with the side that judges, so that a mistake made in one cannot hide a mistake made in the other.
"""
