"""Which violations remain when lists spell the ids of instances as the answers to runs do.

Where lists tell ids in another form, each instance seems to be missing, and a stranger to stand in its place: only
`run.then-list` names the cause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, given_by
from conformance.judging.counterfactuals.lists.relisted import LISTED
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

# Fewer characters than these may be in an id by chance.
_LEAST = 8


def respelled(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, with the ids in lists as runs gave them where only their form differs.

    Nothing is put right where `run.then-list` is not violated.
    """
    return edited(tally.kept_traces.values(), _as_given) if LISTED in tally.cases else []


def _as_given(trace: Trace) -> Iterator[Exchange]:
    given = {name for exchange in trace.exchanges if (name := given_by(exchange)) is not None}
    for exchange in trace.exchanges:
        lists = exchange.operation == "listInstances"
        yield each_changed(exchange, lambda one: _respelled(one, given)) if lists else exchange


def _respelled(one: Body, given: Collection[str]) -> Body:
    told = one.get("id")
    if not isinstance(told, str) or told in given:
        return one
    plain = _plain(told)
    meant = [name for name in given if plain in _plain(name) or _plain(name) in plain] if len(plain) >= _LEAST else []
    return {**one, "id": meant[0]} if len(meant) == 1 else one


def _plain(name: str) -> str:
    """The letters and digits of an id, without case."""
    return "".join(filter(str.isalnum, name)).casefold()
