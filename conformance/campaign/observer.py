"""The protocol of those who are informed of a run's progress: terminal, event log, HAR."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from conformance.confirming.findings import Proof
from conformance.judging.tally import Tally
from conformance.trace import Trace


class Load(NamedTuple):
    """Runs in flight, runs that are over since the beginning, the settle time in seconds, and the requests sent.

    ``replaying``: the requirements whose violations are played again while exploring goes on. ``confirming``: which are
    being confirmed, and how many are left; "" before that.
    """

    in_flight: int
    finished: int
    settle_s: float
    sent: int
    replaying: tuple[str, ...] = ()
    confirming: str = ""


class Observer(Protocol):
    """Told what happens, as it happens. ``elapsed`` is in seconds since the beginning of the run."""

    def phase(self, name: str) -> None:
        """A new phase has begun."""

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        """A trace was judged and is in the tally."""

    def load(self, load: Load, elapsed: float) -> None:
        """Each second: how much the target has to do, and what is played again."""

    def found(self, proof: Proof) -> None:
        """A violation was confirmed."""


class Silent:
    """Watches nothing."""

    def phase(self, name: str) -> None:
        """Nothing."""

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        """Nothing."""

    def load(self, load: Load, elapsed: float) -> None:
        """Nothing."""

    def found(self, proof: Proof) -> None:
        """Nothing."""
