"""Faults modelled on defects that users of other workflow engines reported."""
