"""Which violations remain when entries of history stay as they were first shown: the others rest on their changes.

That an instance does not change after its end, whatever is sent to it, is read from its history, too. Where a server
tells an entry in another way each time, only `history.append-only` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import SIGNALS, edited, with_data
from conformance.judging.tally import Tally
from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace

APPEND_ONLY = "history.append-only"
_END = "terminatedAt"

Entry = dict[str, Any]


def as_first_shown(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations with each entry of history as it was first shown, but for its end.

    Nothing is put right unless some entry changed though nothing was sent to its instance in between.
    """
    by_itself = any(_by_itself(trace, each) for trace, each in tally.violations_of(APPEND_ONLY))
    return edited(tally.kept_traces.values(), _as_first_shown) if by_itself else []


def _by_itself(trace: Trace, observation: Observation) -> bool:
    before, after = (trace.at(index) for index in (observation.exchanges[0], observation.exchanges[-1]))
    return not any(
        each.operation in SIGNALS
        and each.params.get("instanceID") == after.params.get("instanceID")
        and not (each.before(before) or after.before(each))
        for each in trace.exchanges
    )


def _as_first_shown(trace: Trace) -> Iterator[Exchange]:
    first: dict[tuple[str, int], Entry] = {}
    for exchange in trace.exchanges:
        shown = exchange.data
        entries = exchange.operation == "getInstanceHistory" and isinstance(shown, list)
        if not entries or not all(isinstance(each, dict) for each in shown):
            yield exchange
            continue
        instance = exchange.params["instanceID"]
        kept = [_kept(first, (instance, number), entry) for number, entry in enumerate(shown)]
        yield exchange if kept == shown else with_data(exchange, kept)


def _kept(first: dict[tuple[str, int], Entry], place: tuple[str, int], entry: Entry) -> Entry:
    """An entry as it was first shown; what was open then may have ended since."""
    known = first.get(place)
    if known is None or (known.get(_END) is None and entry.get(_END) is not None):
        started = entry.get("startedAt") if known is None else known.get("startedAt")
        first[place] = {**entry, "startedAt": started}
    return first[place]
