"""When an instant of the target's clock was, by the client's: two of the target's own instants tell, and an answer."""

from __future__ import annotations

from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange
from conformance.wire.instant import SECOND, Instant, parse_instant

# How far the clocks of a server's parts may be apart: what creates things and what runs them are often two machines.
_APART = SECOND


def at_the_latest(index: TraceIndex, instant: Instant | None) -> tuple[int, Exchange] | None:
    """The client time (ns) by which the target's clock had surely shown an instant, and the answer that tells so.

    What an answer says to have been created had been when it came. From there on, the time between two of the target's
    own instants counts, so how its clock is set does not matter. None where nothing was created, or none is given.
    """
    known = _apart(index)
    if instant is None or known is None:
        return None
    offset, made = known
    # Each of the two times may have been cut or rounded to its last digit.
    return instant.ns + offset + _APART + 2 * index.trace.granularity, made


def _apart(index: TraceIndex) -> tuple[int, Exchange] | None:
    """The client's time less the target's (ns) at the most, and the answer that tells so; built once per index."""
    if "clocks apart" not in index.memo:
        offsets = []
        for made in (*index.successes("createWorkflow"), *index.successes("runWorkflow")):
            body = made.data if isinstance(made.data, dict) else {}
            created = parse_instant(body.get("createdAt"))
            if created is not None:
                offsets.append((made.received - created.ns, made))
        index.memo["clocks apart"] = min(offsets, key=lambda offset: offset[0], default=None)
    known: tuple[int, Exchange] | None = index.memo["clocks apart"]
    return known
