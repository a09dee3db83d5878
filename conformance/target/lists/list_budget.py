"""The budget of long lists: on a target that holds much of others, lists are requested seldom and read as streams.

A list of everything cannot be asked for in parts (version 1 of the API has no pages), so each one costs both sides all
there is. Lists that are long at the beginning of a run together take at most a tenth of its time and so many bytes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.contract.calls import Call
from conformance.target.coexistence.identity import mark_of
from conformance.target.lists.list_filter import ListFilter
from conformance.trace import Exchange

Kind = Literal["workflows", "instances", "running instances"]
"""The lists of everything that there are."""

CALLS: Mapping[Kind, Call] = {
    "workflows": Call("listWorkflows"),
    "instances": Call("listInstances"),
    "running instances": Call("listInstances", {}, (("running", "true"),)),
}
LISTS = ("listWorkflows", "listInstances")

LONG = 256 * 1024
"""Bytes of a list from which on it is long."""

MOST_BYTES = 200_000_000
_SHARE_OF_TIME = 0.1
# While a run explores, it leaves some for the replays of what it finds.
_EXPLORING = 0.7
# As long as nobody knows how long a list is.
_GUESS = 50_000_000
_AT_A_TIME = 2_000_000
# Of refused requests, and of what runs of this suite have made.
_MARKS = ("marker-", mark_of(""))
PATIENCE_S = 30.0
"""How much longer than other answers a long list may take."""


@dataclass
class ListBudget:
    """``ours``: the ids of what this client made. ``lengths``: bytes of each long list, as far as they are known.

    ``confirming``: whether lists may take all that there is for them. ``now`` gives seconds.
    """

    lengths: dict[Kind, int] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    confirming: bool = False
    _asked: Counter[Kind] = field(default_factory=Counter)
    _wanted: Counter[Kind] = field(default_factory=Counter)
    _under_way: Counter[Kind] = field(default_factory=Counter)
    _bytes: int = 0
    _seconds: float = 0.0
    _until: int = 0
    now: Callable[[], float] = time.monotonic
    _begun: float = 0.0

    def __post_init__(self) -> None:
        self._begun = self.now()

    def is_long(self, kind: Kind | None) -> bool:
        """Whether a list was long at the beginning of the run."""
        return kind in self.lengths

    def measured(self, kind: Kind, exchange: Exchange) -> None:
        """Take note of a list's beginning: of one that was not read to its end within LONG bytes."""
        unread = exchange.failure.unread if exchange.failure is not None else None
        if unread is not None and 200 <= unread.status < 300:
            told = unread.header("content-length") or ""
            self.lengths[kind] = int(told) if told.isascii() and told.isdigit() and len(told) < 12 else _GUESS

    def admits(self, kind: Kind) -> bool:
        """Whether a long list may be asked for now; if so, ``left`` has to be called once it was."""
        self._wanted[kind] += 1
        fair = self._asked[kind] <= min(self._asked[each] for each in self._wanted)
        under_way = sum(self.lengths[each] * count for each, count in self._under_way.items())
        share = 1.0 if self.confirming else _EXPLORING
        room = self._bytes + under_way + self.lengths[kind] <= MOST_BYTES * share
        each_s = self._seconds / max(1, sum(self._asked.values()))
        in_time = self._seconds + each_s <= _SHARE_OF_TIME * (self.now() - self._begun)
        small = under_way + self.lengths[kind] <= _AT_A_TIME
        if not (fair and room and in_time and (small or not under_way)):
            return False
        self._under_way[kind] += 1
        return True

    def left(self, kind: Kind) -> None:
        """A list that was admitted is under way no longer."""
        self._under_way[kind] -= 1

    def took(self, kind: Kind | None, exchange: Exchange, list_filter: ListFilter) -> None:
        """Take note of what a list took; ``kind`` None: one of a part."""
        if kind is None or not self.is_long(kind):
            return
        self._asked[kind] += 1
        # Lists side by side take their time once.
        self._seconds += max(0, exchange.received - max(exchange.sent, self._until)) / 1e9
        self._until = max(self._until, exchange.received)
        self._bytes += list_filter.read
        if list_filter.read and exchange.response is not None:
            self.lengths[kind] = list_filter.read

    def list_filter(self) -> ListFilter | None:
        """What a list is read through; None where lists are short."""
        return ListFilter(self._keeps) if self.lengths else None

    def _keeps(self, value: Any, text: str) -> bool:
        if not isinstance(value, dict):
            return False
        # They may be anything where a server errs.
        ids = (str(value.get("id")), str(value.get("workflowID")))
        return any(each in self.ours for each in ids) or any(mark in text for mark in _MARKS)

    def note(self, exchange: Exchange) -> None:
        """Take note of what an exchange has made."""
        if exchange.operation in ("createWorkflow", "runWorkflow") and exchange.data_id is not None:
            self.ours.add(exchange.data_id)

    @property
    def sentence(self) -> str:
        """What was left out, "" where nothing was."""
        if not self._wanted:
            return ""
        told = ", ".join(f"{kind} ({self.lengths[kind] / 1e6:,.1f} MB)" for kind in self._wanted)
        asked = ", ".join(
            f"{kind} {self._asked[kind]:,} of {wanted:,} times"
            for kind, wanted in self._wanted.items()
            if self._asked[kind] < wanted
        )
        seldom = f"They were not asked for each time, which would have cost too much: {asked}. " if asked else ""
        return (
            f"The target held so much before this run that its lists are long: {told}. {seldom}"
            "Of their elements, those that this run made were judged."
        )


def kind_of(operation: str | None, query: Sequence[tuple[str, str]]) -> Kind | None:
    """Which list of everything a request asks for; None when it asks for none."""
    names: Mapping[str, str] = dict(query)
    if operation == "listWorkflows":
        return "workflows"
    if operation != "listInstances" or "workflowID" in names:
        return None
    return "running instances" if names.get("running") == "true" else "instances"
