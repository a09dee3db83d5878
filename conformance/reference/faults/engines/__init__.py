"""Faults after defects that users of other workflow engines reported."""
