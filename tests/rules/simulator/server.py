"""What kind of correct server is simulated: its speed, its clock, and its choices where the API leaves one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from conformance.wire.instant import MILLISECOND, SECOND, Instant
from tests.rules.bodies import EPOCH

VIEWS = ("status", "instance", "history", "list", "running", "stages")


@dataclass(frozen=True)
class Server:
    """One correct server.

    ``reach`` (ns) is the longest time from a cause to its effect in the slowest view. ``skew`` (ns) is its clock less
    the client's. ``forgets_early``: an event may be lost between a stage's start and its waiting (which breaks only
    `event.early`). ``paces``: which views are always fast, always slow, or anything. ``on_delete`` is what running
    instances of a deleted workflow do. ``hides_failed``: a stage that failed before history showed it stays absent.
    """

    random: Random
    reach: int
    skew: int
    digits: int
    trims: bool
    forgets_early: bool
    on_delete: Literal["go on", "freeze", "fail", "end"]
    hides_failed: bool
    lists_status: bool
    embeds: bool
    paces: Mapping[str, str]

    def stamp(self, moment: int) -> str:
        """The timestamp of a client time on this server's clock, cut to its digits."""
        text = Instant(EPOCH + moment + self.skew).isoformat()
        text = text[: -(10 - self.digits)] if self.digits < 9 else text[:-1]
        return (text.rstrip("0").rstrip(".") if self.trims else text) + "Z"

    def lag(self, most: int) -> int:
        """A delay of at most so many ns: often none, often all of it."""
        if most <= 0:
            return 0
        return self.random.choice((0, most, self.random.randint(0, most), self.random.randint(0, most) // 8))

    def view_lag(self, view: str, most: int) -> int:
        """How far a view is behind the log, at most so many ns."""
        pace = self.paces[view]
        return {"fast": 0, "slow": max(0, most)}[pace] if pace != "any" else self.lag(most)


def draw_server(random: Random) -> Server:
    """Any correct server."""
    return Server(
        random=random,
        reach=random.choice((10, 60, 400, 3000)) * MILLISECOND + random.randint(0, MILLISECOND),
        skew=random.choice((0, random.randint(-600, 600))) * SECOND + random.randint(0, SECOND),
        digits=random.choice((9, 6, 3)),
        trims=random.random() < 0.3,
        forgets_early=random.random() < 0.3,
        on_delete=random.choice(("go on", "freeze", "fail", "end")),
        hides_failed=random.random() < 0.5,
        lists_status=random.random() < 0.7,
        embeds=random.random() < 0.8,
        paces={view: random.choice(("fast", "slow", "any")) for view in VIEWS},
    )
