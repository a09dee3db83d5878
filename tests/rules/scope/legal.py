"""Whether a correct server can have answered as it did: a search for the moments at which everything happened.

All that is known of a fact is an interval: it happened before the first answer that shows it, and later than `REACH`
before the last one that lacks it. Each fact follows the one before it within bounds. So the search goes along the path
once, for each way to excuse a signal that had no effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from tests.rules.scope.intervals import Window
from tests.rules.scope.paths import Path
from tests.rules.scope.programs import KINDS, REACH, Kind, Program

NEVER = 1 << 40


@dataclass(frozen=True)
class Sighting:
    """A read of one view: when it was under way, and how many of the facts that the view shows it showed.

    ``prompt``: what was due must show; else nothing follows from what is lacking.
    """

    view: str
    window: Window
    shown: int
    prompt: bool = True

    @property
    def is_content(self) -> bool:
        """Whether it is about what belongs to a fact, and not about the fact."""
        return self.view.startswith("place of")


@dataclass
class _Bounds:
    """For each fact the earliest and the latest moment at which it can have happened."""

    low: list[int]
    high: list[int]


Limit = tuple[int, int, int]
"""The number of a fact, and its earliest and its latest moment."""


def possible(
    program: Program,
    path: Path,
    statuses: Sequence[int],
    sightings: Sequence[Sighting],
    *,
    forgets_early: bool = False,
    loose: bool = False,
) -> bool:
    """Whether a correct server whose instance took a path can have answered its signals and reads like this.

    ``forgets_early``: an event may be lost while only the status shows the stage (which breaks only `event.early`).
    ``loose``: a cancellation may do nothing, or leave no error, where the API does not say what it does, and what was
    refused may have had its effect.
    """
    if _goes_back(sightings) or not (loose or all(statuses[number] == 204 for number in path.used)):
        return False
    if loose and not _carries_errors(program, path, sightings):
        sightings = [replace(each, prompt=each.prompt and "error" not in each.view) for each in sightings]
    bounds = _seen(path, sightings)
    if bounds is None or not _caused(program, path, bounds, sightings):
        return False
    if loose and not _may_lack_errors(program, path, sightings):
        return False
    excuses = list[list[Limit]]()
    for number, status in enumerate(statuses):
        if number in path.used or (loose and _cancels_freely(program, number)):
            continue
        early = sightings if forgets_early or status == 400 else None
        excuses += _excuses(program, path, (number, status), (sightings, early), loose=loose)
    limits = [] if loose and not _seen_ended(path, sightings) else _late_signals(program, path, statuses)
    return any(_passable(path, bounds, (*limits, *ways)) for ways in product(*excuses))


def _cancels_freely(program: Program, signal: int) -> bool:
    """Whether it is a cancellation of which nobody knows that it comes before the end of the instance."""
    return program.signals[signal] == "cancel" and _held(program, program.signal_windows[signal][1] + REACH) is None


def _held(program: Program, moment: int) -> int | None:
    """The first stage that cannot have ended by itself before a moment, None when one before it may have failed."""
    events = [name for name, (sent, _) in zip(program.signals, program.signal_windows, strict=True) if sent < moment]
    for number, kind in enumerate(program.kinds):
        if kind.ends != "well":
            return None
        if (kind.awaits is not None and kind.awaits not in events) or kind is KINDS["hour"]:
            return number
        if kind.awaits is not None:
            events.remove(kind.awaits)
    return None


def _may_lack_errors(program: Program, path: Path, sightings: Sequence[Sighting]) -> bool:
    """Whether the instance has its errors, or was not seen in the stage in which it was cancelled."""
    if not any(fact.stops for fact in path.facts):
        return True
    end = next(fact for fact in path.facts if fact.stops or fact.error)
    if end.signal is None:
        return end.stage >= 0 and program.kinds[end.stage].ends == "badly"
    return not _carries_errors(program, path, sightings)


def _carries_errors(program: Program, path: Path, sightings: Sequence[Sighting]) -> bool:
    """Whether an error is owed: the instance was seen in a stage that only the cancellation can have ended."""
    end = next((fact for fact in path.facts if fact.stops or fact.error), None)
    if end is None or end.signal is None:
        return False
    sent, received = program.signal_windows[end.signal]
    held = _held(program, received + REACH)
    return held is not None and any(_shows_started(path, each, held) and each.window[1] < sent for each in sightings)


def _seen_ended(path: Path, sightings: Sequence[Sighting]) -> bool:
    """Whether a single read shows that the instance has terminated."""
    return any(each.view == "own" and each.shown == len(path.seen_in("own")) > 1 for each in sightings)


def _shows_started(path: Path, sighting: Sighting, stage: int) -> bool:
    started = path.number("started", stage)
    return sighting.view in ("status", "history") and started in path.seen_in(sighting.view)[: sighting.shown]


def _goes_back(sightings: Sequence[Sighting]) -> bool:
    return any(
        one.view == other.view and one.window[1] < other.window[0] and one.shown > other.shown
        for one in sightings
        for other in sightings
    )


def _seen(path: Path, sightings: Sequence[Sighting]) -> _Bounds | None:
    """What the reads tell of the facts: shown ones have happened, and what is not shown is not due."""
    bounds = _Bounds([0] * len(path.facts), [NEVER] * len(path.facts))
    bounds.low[0], bounds.high[0] = -WAITED_FOR_RUN, 0
    for sighting in sightings:
        sent, received = sighting.window
        for place, number in enumerate(path.seen_in(sighting.view)):
            if place < sighting.shown:
                bounds.high[number] = min(bounds.high[number], received)
            elif sighting.prompt and not _not_due(
                path, bounds, number, sent, content=sighting.view.startswith("place of")
            ):
                return None
    return bounds


WAITED_FOR_RUN = 5
"""How long (ms) the answer to the run took, which came at 0."""


def _not_due(path: Path, bounds: _Bounds, number: int, sent: int, *, content: bool) -> bool:
    """Note that a fact need not show in a read that was sent at a moment. False when it must.

    ``content``: the fact shows, but not all that belongs to it, which has its own time.
    """
    if number == 0:
        return sent <= REACH
    bounds.low[number] = max(bounds.low[number], sent - REACH + 1)
    most = path.facts[number].most
    if most is not None and path.facts[number].signal is None and not content:
        bounds.low[number - 1] = max(bounds.low[number - 1], sent - REACH - most + 1)
    return True


def _caused(program: Program, path: Path, bounds: _Bounds, sightings: Sequence[Sighting]) -> bool:
    """Note what signals mean for the facts that they brought about. False when one must have shown."""
    for number, fact in enumerate(path.facts):
        if fact.signal is None:
            continue
        sent, received = program.signal_windows[fact.signal]
        bounds.low[number] = max(bounds.low[number], sent)
        if fact.kept:
            bounds.low[number - 1] = max(bounds.low[number - 1], sent + 1)
            continue
        bounds.high[number] = min(bounds.high[number], received + REACH)
        after = range(number, len(path.facts)) if fact.error or fact.stops else (number,)
        if any(_lacks(path, sighting, later, received + REACH) for sighting in sightings for later in after):
            return False
    return True


def _lacks(path: Path, sighting: Sighting, number: int, due: int) -> bool:
    """Whether a read that was sent after a fact was due does not show it."""
    lacking = path.seen_in(sighting.view)[sighting.shown :] if sighting.prompt else ()
    return number in lacking and sighting.window[0] > due


def _excuses(
    program: Program,
    path: Path,
    asked: tuple[int, int],
    reads: tuple[Sequence[Sighting], Sequence[Sighting] | None],
    *,
    loose: bool,
) -> Iterator[list[Limit]]:
    """For each obstacle to a signal without effect, the ways around it: what must hold of the facts.

    ``asked`` is the number of the signal and the status that it got; ``reads`` are all of them, and again where an
    event may be lost until history shows the stage that waits for it, else None.
    """
    signal, status = asked
    sent, received = program.signal_windows[signal]
    until = received + (REACH if status == 204 else 0)
    if program.signals[signal] == "cancel":
        yield [] if path.over is None else [(path.over, -NEVER, until)]
        return
    for stage, kind in enumerate(program.kinds):
        started, ended = path.number("started", stage), path.number("ended", stage)
        if started is None or not _concerns(kind, program.signals[signal], status):
            continue
        if (status == 404 or loose) and not _seen_open(program, path, stage, reads[0], sent):
            continue
        early = REACH if status != 404 and not _in_history(path, reads[1], started, sent) else 0
        ways = [(started, sent + 1 - early, NEVER)]
        yield ways if ended is None else [*ways, (ended, -NEVER, until)]


def _concerns(kind: Kind, name: str, status: int) -> bool:
    """Whether a stage is an obstacle: to an event that is unknown any that waits, else the one that waits for it."""
    return kind.awaits is not None and (status == 404 or kind.awaits == name)


def _seen_open(program: Program, path: Path, stage: int, reads: Sequence[Sighting], moment: int) -> bool:
    """Whether a stage was seen waiting before a moment, and nothing was sent until then that may have ended it."""
    signals = zip(program.signals, program.signal_windows, strict=True)
    if any(name in ("cancel", program.kinds[stage].awaits) and window[0] < moment for name, window in signals):
        return False
    return any(_shows_started(path, each, stage) and each.window[1] < moment for each in reads)


def _in_history(path: Path, sightings: Sequence[Sighting] | None, started: int, moment: int) -> bool:
    """Whether history had shown a stage before a moment; True also where that makes no difference."""
    if sightings is None:
        return True
    histories = (each for each in sightings if each.view == "history" and each.window[1] < moment)
    return any(started in path.seen_in("history")[: each.shown] for each in histories)


def _late_signals(program: Program, path: Path, statuses: Sequence[int]) -> list[Limit]:
    """An event to an instance whose end has settled is refused."""
    end = len(path.facts) - 1
    if path.facts[end].kind != "terminated":
        return []
    late = [
        window[0] - REACH + 1
        for name, window, status in zip(program.signals, program.signal_windows, statuses, strict=True)
        if name != "cancel" and status == 204
    ]
    by_itself = path.facts[end].signal is None and path.facts[end].most is not None
    # It has settled when it was due, at the latest.
    return [(number, moment, NEVER) for moment in late for number in ((end - 1, end) if by_itself else (end,))]


def _passable(path: Path, bounds: _Bounds, limits: Sequence[Limit]) -> bool:
    """Whether there are moments for all facts, one after the other."""
    low, high = list(bounds.low), list(bounds.high)
    for number, least, most in limits:
        low[number], high[number] = max(low[number], least), min(high[number], most)
    earliest, latest = low[0], high[0]
    for number, fact in enumerate(path.facts):
        if number:
            earliest = max(earliest + fact.least, low[number])
            latest = min(NEVER if fact.most is None else latest + fact.most + REACH, high[number])
        if earliest > latest:
            return False
    return True
