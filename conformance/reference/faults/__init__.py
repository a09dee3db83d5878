"""The catalogue of faults: defects of the kinds that real servers have, each one switchable by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from conformance.reference.faults.answers import (
    authentication,
    codes,
    corners,
    envelope,
    forms,
    limits,
    lookalikes,
    replies,
    texts,
)
from conformance.reference.faults.engines import (
    at_once,
    durability,
    identities,
    interruptions,
    leaving,
    records,
    second_runs,
    signals,
)
from conformance.reference.faults.engines import runs as engine_runs
from conformance.reference.faults.fault import Fault
from conformance.reference.faults.lifecycle import (
    cancelling,
    circumstances,
    delays,
    entries,
    event_names,
    events,
    history,
    runs,
    stages,
    states,
    substitution,
    variables,
)
from conformance.reference.faults.resources import (
    bookings,
    denials,
    emptiness,
    inputs,
    leftovers,
    lists,
    malformed_workflows,
    normalisation,
    parts,
    selections,
    workflows,
    workflows_gone,
)
from conformance.reference.service.server import Server

__all__ = ["FAULTS", "Fault", "UnknownFault", "apply_faults"]

_AREAS = (
    envelope.FAULTS,
    workflows.FAULTS,
    malformed_workflows.FAULTS,
    workflows_gone.FAULTS,
    runs.FAULTS,
    delays.FAULTS,
    variables.FAULTS,
    stages.FAULTS,
    events.FAULTS,
    event_names.FAULTS,
    cancelling.FAULTS,
    history.FAULTS,
    lists.FAULTS,
    leftovers.FAULTS,
    limits.FAULTS,
    corners.FAULTS,
    states.FAULTS,
    inputs.FAULTS,
    texts.FAULTS,
    authentication.FAULTS,
    codes.FAULTS,
    lookalikes.FAULTS,
    forms.FAULTS,
    signals.FAULTS,
    at_once.FAULTS,
    engine_runs.FAULTS,
    records.FAULTS,
    second_runs.FAULTS,
    identities.FAULTS,
    durability.FAULTS,
    denials.FAULTS,
    selections.FAULTS,
    normalisation.FAULTS,
    substitution.FAULTS,
    interruptions.FAULTS,
    leaving.FAULTS,
    replies.FAULTS,
    entries.FAULTS,
    circumstances.FAULTS,
    emptiness.FAULTS,
    parts.FAULTS,
    bookings.FAULTS,
)

_OF_ANSWERS = frozenset(
    each.name
    for area in (authentication, codes, corners, envelope, forms, limits, lookalikes, replies, texts)
    for each in area.FAULTS
)

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for area in _AREAS for fault in area})
"""By name."""


class UnknownFault(ValueError):
    """A name that no fault has."""

    def __init__(self, name: str) -> None:
        close = difflib.get_close_matches(name, FAULTS, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "list the faults to see their names."
        super().__init__(f"there is no fault named {name!r}; {hint}")
        self.name = name
        self.close = tuple(close)


def apply_faults(server: Server) -> None:
    """Apply the faults that the server's options name. Raises UnknownFault before applying any.

    Those of answers come last, so that they meet what the others make of a request; else one would hide another.
    """
    for name in server.options.faults:
        if name not in FAULTS:
            raise UnknownFault(name)
    for name in sorted(server.options.faults, key=lambda each: each in _OF_ANSWERS):
        FAULTS[name].apply(server)
