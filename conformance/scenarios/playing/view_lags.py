"""How late other views are than a read of an instance: history and lists may come from places of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contract.calls import Call
from conformance.target.finishing import all_of
from conformance.target.pacing.polling import Pauses, poll
from conformance.trace import Exchange
from conformance.wire.instant import MILLISECOND

_FIRST_POLL, _LONGEST_PAUSE = 5 * MILLISECOND, 100 * MILLISECOND
# What a view does not show by then is no lag, but perhaps kept for two seconds: the rules tell of it.
_LONGEST = 1600 * MILLISECOND

Asks = Callable[[Call], Awaitable[Exchange]]


@dataclass(frozen=True, slots=True)
class _View:
    """A view of an instance: what is asked of it, and whether an answer shows that the instance has ended."""

    call: Callable[[str, str], Call]
    shows: Callable[[Exchange, str], bool]


class ViewLags:
    """Looks into each other view once the end of a control has been seen.

    ``effects``: of each control how long it took, in ns, from the answer to its run until all views showed its end. A
    view that has not shown an end for 1.6 s is asked no more.
    """

    def __init__(self) -> None:
        self.effects: list[int] = []
        self._left = list(_VIEWS)

    async def measure(self, ask: Asks, workflow: str, run: Exchange) -> None:
        """Look until all views show that the instance of a control has ended, but not for long."""
        last = time.monotonic_ns() + _LONGEST
        views = list(self._left)
        shown = await all_of(_shown(view, ask, workflow, run.data_id or "", last) for view in views)
        for view, moment in zip(views, shown, strict=True):
            if moment is None and view in self._left:
                self._left.remove(view)
        found = [each for each in shown if each is not None]
        if found:
            self.effects.append(max(found) - run.received)


async def _shown(view: _View, ask: Asks, workflow: str, instance: str, last: int) -> int | None:
    """When a view was seen to show the end of an instance; None where it does not, or may not be asked."""
    call, seen = view.call(workflow, instance), None

    async def look() -> bool:
        nonlocal seen
        seen = await ask(call)
        return seen.unsent or (seen.ok and view.shows(seen, instance))

    pauses = Pauses(_FIRST_POLL, lambda: _LONGEST_PAUSE)
    found = await poll(look, pauses.resting(lambda: time.monotonic_ns() < last))
    return seen.received if found and seen is not None and not seen.unsent else None


def _records(answer: Exchange) -> Iterator[dict[str, Any]]:
    listed = answer.data if isinstance(answer.data, list) else []
    return (each for each in listed if isinstance(each, dict))


def _in_history(answer: Exchange, _: str) -> bool:
    return any(each.get("terminated") is True for each in _records(answer))


def _in_list(answer: Exchange, instance: str) -> bool:
    return any(each.get("id") == instance and each.get("terminated") is True for each in _records(answer))


def _not_running(answer: Exchange, instance: str) -> bool:
    return isinstance(answer.data, list) and all(each.get("id") != instance for each in _records(answer))


def _listed(*query: tuple[str, str]) -> Callable[[str, str], Call]:
    return lambda workflow, _: Call("listInstances", query=(("workflowID", workflow), *query))


_VIEWS = (
    _View(lambda _, instance: Call("getInstanceHistory", {"instanceID": instance}), _in_history),
    _View(_listed(), _in_list),
    _View(_listed(("running", "true")), _not_running),
)
