"""Ending a run early: on a signal, on request of another process, or because the target is lost."""
