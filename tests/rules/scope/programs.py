"""What is played: the stages of a workflow, the signals that an instance gets, the reads of it, and when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, combinations_with_replacement, product
from typing import Any, Literal

from tests.rules.scope.intervals import Window, timings

REACH = 1000
"""How long (ms) an effect may take on the servers of this scope: what is due by then must be seen everywhere."""
PAUSES = (600, 10_000)
"""Short and long: two short ones together are longer than `REACH`; all that is due has happened after a long one."""
DELAY = 300
VARIABLES = {"v": "soon"}


@dataclass(frozen=True)
class Kind:
    """A kind of stage: its configuration, and how it ends: by an event of a name, or by itself.

    ``lasts`` is after how many ms at the latest it ends by itself, None where nobody knows.
    """

    config: Mapping[str, Any]
    awaits: str | None = None
    lasts: int | None = None
    ends: Literal["well", "badly", "either way"] = "well"


def _send(source: str) -> dict[str, Any]:
    sides = {side: {"account": {"id": name}} for side, name in (("source", source), ("destination", "users:1"))}
    return {"send": {"amount": {"amount": 100, "asset": "EUR/2"}, **sides}}


KINDS: Mapping[str, Kind] = {
    "noop": Kind({"noop": {}}, lasts=0),
    "go": Kind({"wait_event": {"event": "go"}}, awaits="go"),
    "short": Kind({"delay": {"duration": f"{DELAY}ms"}}, lasts=DELAY),
    "send": Kind(_send("world"), lasts=0),
    "update": Kind(
        {"update": {"account": {"id": "a", "ledger": "default", "metadata": {"k": "w"}}}}, ends="either way"
    ),
    "stop": Kind({"wait_event": {"event": "stop"}}, awaits="stop"),
    "hour": Kind({"delay": {"duration": "1h"}}),
    "bank": Kind(_send("bank"), ends="either way"),
    "broken": Kind({"delay": {"duration": "${v}"}}, lasts=0, ends="badly"),
}
PLAIN = ("noop", "go", "short", "send", "update")
"""One of each kind of stage of the API; the others are variants, of which three in a row tell nothing new."""
SIGNALS = ("go", "stop", "cancel")
VIEWS = ("instance", "history", "list", "running")


@dataclass(frozen=True)
class Program:
    """One instance of a workflow with these stages, and the requests to it, each with its window."""

    stages: tuple[str, ...]
    signals: tuple[str, ...]
    views: tuple[str, ...]
    windows: tuple[Window, ...]

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of its stages."""
        return [KINDS[name] for name in self.stages]

    @property
    def signal_windows(self) -> tuple[Window, ...]:
        """When its signals are under way."""
        return self.windows[: len(self.signals)]

    @property
    def read_windows(self) -> tuple[Window, ...]:
        """When its reads are under way."""
        return self.windows[len(self.signals) :]


@dataclass(frozen=True)
class Scope:
    """All programs of so many stages, signals and reads, each with its number from 0 on."""

    stages: int
    signals: int
    reads: int

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, number: int) -> Program:
        place = bisect_right(self._starts, number) - 1
        sent, views = self._requests[place]
        flow, windows = divmod(number - self._starts[place], len(_timings(sent, views)))
        return Program(self._flows[flow], sent, views, _timings(sent, views)[windows])

    @cached_property
    def _flows(self) -> list[tuple[str, ...]]:
        return list(product(tuple(KINDS) if self.stages < 2 else PLAIN, repeat=self.stages))

    @cached_property
    def _requests(self) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Which signals are sent, and which views are read."""
        sent = combinations_with_replacement(SIGNALS, self.signals)
        return [(s, v) for s in sent for v in combinations_with_replacement(self._views, self.reads)]

    @property
    def _views(self) -> list[str]:
        """The views that tell something: also the history of the first stage, and of the one after the last."""
        return [*VIEWS, *(f"stage {number}" for number in sorted({0, self.stages}))]

    @cached_property
    def _starts(self) -> list[int]:
        """The number of the first program with each choice of requests, and how many there are."""
        sizes = (len(self._flows) * len(_timings(*each)) for each in self._requests)
        return [0, *accumulate(sizes)]


def _timings(sent: Sequence[str], views: Sequence[str]) -> tuple[tuple[Window, ...], ...]:
    names = [*sent, *(f"read {view}" for view in views)]
    # What the requests are makes no difference to when they can be sent.
    return _alike(tuple(names.index(name) for name in names))


@cache
def _alike(names: tuple[int, ...]) -> tuple[tuple[Window, ...], ...]:
    return tuple(timings(names, PAUSES))
