"""How many runs a target is asked for at the same time: as many as make it finish more of them in a second.

Runs are expensive: an overloaded server finishes fewer of them, and everything that follows from a run takes longer.
How many it can do is found while it is used. By Little's law a target that has ``n`` runs in flight and answers each
after ``t`` seconds finishes n / t a second; the limit grows while that grows, and goes back where it does not.
Everything that is run passes here: scenarios, operations, controls and replays.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Callable

LEAST = 2
"""With one run at a time a target that takes its time between two steps would be half idle."""
MOST = 64

# Below this an answer says more about this machine than about the target.
_QUICK_S = 0.06
# More in flight is worth it while it brings at least this share of what it would bring without any hindrance.
_GAIN = 0.25
_LEAST_ROUND, _MOST_ROUND = 4, 12
# After a limit that gained nothing, so many rounds pass before more is tried again.
_REST_ROUNDS = 6
_NEW = 0.5
# A slow target would not start a crowd at once either; it would only be late with everything else.
_TOGETHER = 4
# A run may take so many times as long as they typically do.
_LEAD = 2.0
# More is not tried where runs typically take longer than this share of the time after which they count as unanswered.
_SHARE_OF_PATIENCE = 0.25

# A target that starts fewer runs in a second has few to give; that is known after so many seconds.
_PLENTY, _ENOUGH_S = 0.8, 30.0
_HELD_BACK = 0.5


class Place:
    """A run's place among those in flight; leave it once the run is answered. Leaving twice is leaving once.

    ``taken`` tells whether it has not been left.
    """

    def __init__(self, gate: RunGate, *, alone: bool) -> None:
        self._gate = gate
        self.taken = True
        self._alone = alone
        self._since = gate.now()

    def leave(self, *, answered: bool = False) -> None:
        """Give the place back. ``answered``: the time since it was taken tells how fast the target is."""
        if self.taken:
            self.taken = False
            counts = answered and self._alone and self._since >= self._gate.since
            self._gate.left(self._gate.now() - self._since if counts else None)

    def leave_in_time(self) -> None:
        """Give it back when a run is started usually: the answer to this one comes at its end, and that may be long."""
        asyncio.get_running_loop().call_later(self._gate.typical_s, self.leave)


class RunGate:
    """``limit`` is how many runs may be in flight, ``since`` when; ``typical_s`` is how long runs recently took.

    ``finished`` counts the runs that are not in flight any more, ``waiting`` those whose answers come at their ends.

    ``most`` is what the limit never exceeds. ``now`` gives seconds; after ``patience_s`` a run counts as unanswered.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, patience_s: float = 10.0, most: int = MOST) -> None:
        self.now = now
        self._most = most
        self._longest_s = patience_s * _SHARE_OF_PATIENCE
        self.limit = min(LEAST, most)
        self.in_flight = 0
        self.finished = 0
        self.waiting = 0
        self.typical_s = 0.0
        self.since = 0.0
        self._queue: deque[tuple[int, asyncio.Future[list[Place]]]] = deque()
        self._round: list[float] = []
        self._measured = False
        self._rates: dict[int, float] = {}
        self._climbing = True
        self._rest = 0
        self._pressed = False
        self._began: float | None = None
        self._full_since = 0.0
        self._full = 0.0

    @property
    def wants_more(self) -> bool:
        """Whether so few runs wait for admission that the target may soon have nothing to do."""
        return len(self._queue) < self.limit

    @property
    def has_room(self) -> bool:
        """Whether a run would be admitted at once."""
        return not self._queue and self.in_flight < self.limit

    @property
    def slow(self) -> bool:
        """Whether the target takes so long for a run that many may wait at the same time without a burden."""
        return self.typical_s > 4 * _QUICK_S

    @property
    def _lasted_s(self) -> float:
        """Seconds since the first run was asked for."""
        return self.now() - self._began if self._began is not None else 0.0

    @property
    def pace(self) -> float:
        """How many runs a slow target has finished in a second so far; 0 for others."""
        whole = self._lasted_s
        return self.finished / whole if self.slow and whole else 0.0

    @property
    def lead_s(self) -> float:
        """Seconds within which a slow target has most probably started a run that is asked for now, 0 for others."""
        before = sum(runs for runs, _ in self._queue) + self.in_flight
        return _LEAD * self.typical_s * (1 + before / self.limit) if self.slow else 0.0

    @property
    def most_together(self) -> int:
        """How many runs may well go out at the same moment: none beyond the limit where one takes very long."""
        return self._most if not self.slow else _TOGETHER if self.typical_s < self._longest_s else self.limit

    @property
    def full_share(self) -> float:
        """Which share of the time since the first run the limit was what held runs back, or was just reached."""
        whole = self._lasted_s
        open_s = self.now() - self._full_since if self.in_flight >= self.limit else 0.0
        return (self._full + open_s) / whole if whole > 0 else 0.0

    @property
    def scarce(self) -> bool:
        """Whether the target has started so few runs, less than one in a second, that each has to be well used."""
        whole = self._lasted_s
        few = whole > _ENOUGH_S and self.finished < _PLENTY * whole
        return self.slow and few and self.full_share > _HELD_BACK

    async def enter(self, runs: int = 1, *, behind: int | None = None) -> list[Place]:
        """Wait until so many runs are admitted together, if need be beyond the limit.

        ``behind``: how many of those that wait already may go first, 0 for what is urgent; None: all of them.
        """
        turn: asyncio.Future[list[Place]] = asyncio.get_running_loop().create_future()
        self._queue.insert(len(self._queue) if behind is None else behind, (runs, turn))
        self._began = self.now() if self._began is None else self._began
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                for place in turn.result():
                    place.leave()
            self._queue = deque(entry for entry in self._queue if entry[1] is not turn)
            raise

    def beside(self) -> Place:
        """A place at once, beyond the limit, for a run that has to be refused: such a one costs the target nothing."""
        self.in_flight += 1
        if self.in_flight == self.limit:
            self._full_since = self.now()
        return Place(self, alone=False)

    def left(self, took_s: float | None) -> None:
        """A place was given back; ``took_s`` is how long its run took, None where that tells nothing."""
        was_full = self.in_flight >= self.limit
        self._pressed = self._pressed or was_full
        self.in_flight -= 1
        self.finished += 1
        if took_s is not None:
            self._learn(took_s)
        if was_full and self.in_flight < self.limit:
            self._full += self.now() - self._full_since
        self._admit()

    def _admit(self) -> None:
        while self._queue and self.in_flight < self.limit:
            runs, turn = self._queue.popleft()
            if turn.cancelled():
                continue
            before = self.in_flight
            self.in_flight += runs
            if before < self.limit <= self.in_flight:
                self._full_since = self.now()
            alone = self.in_flight <= self.limit
            turn.set_result([Place(self, alone=alone) for _ in range(runs)])

    def _learn(self, took_s: float) -> None:
        self._round.append(took_s)
        if not self._measured:
            # How slow the target is has to be known before the first scenarios, and those come after a run or two.
            self.typical_s = statistics.median(self._round)
        if len(self._round) < min(_MOST_ROUND, max(_LEAST_ROUND, self.limit // 2)):
            return
        self.typical_s, self._measured = statistics.median(self._round), True
        pressed, self._pressed = self._pressed, False
        self._round.clear()
        if self.typical_s <= _QUICK_S:
            self._go_to(self.limit * 2 if pressed else self.limit)
            return
        if not pressed:
            # What was not used tells nothing of the limit; it may be from a time when the target was faster.
            self._go_to(min(self.limit, self.in_flight + 1))
            return
        rate = self.limit / self.typical_s
        known = self._rates.get(self.limit)
        self._rates[self.limit] = rate if known is None else known + _NEW * (rate - known)
        self._step()

    def _step(self) -> None:
        below = max((limit for limit in self._rates if limit < self.limit), default=None)
        if below is not None and self._rates[self.limit] < self._rates[below] * (1 + _GAIN * (self.limit / below - 1)):
            self._climbing, self._rest = False, _REST_ROUNDS
            # What was seen above is forgotten: the next time it may be otherwise.
            self._rates = {limit: rate for limit, rate in self._rates.items() if limit < self.limit}
            self._go_to(below)
        elif below is None and self.limit > LEAST:
            # Whether fewer would do as well is not known.
            self._go_to(self.limit // 2)
        elif self._rest:
            self._rest -= 1
        elif self.typical_s < self._longest_s:
            self._go_to(self.limit * 2 if self._climbing else self.limit + 1)

    def _go_to(self, limit: int) -> None:
        was_full = self.in_flight >= self.limit
        limit = min(self._most, max(LEAST, limit))
        if limit != self.limit:
            # Runs that are in flight now were not asked for under the new limit.
            self.limit, self.since = limit, self.now()
            self._round.clear()
        is_full = self.in_flight >= self.limit
        if was_full and not is_full:
            self._full += self.now() - self._full_since
        elif is_full and not was_full:
            self._full_since = self.now()
