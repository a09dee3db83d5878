"""What may happen to an instance: every path from its creation to its end, or to where it waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from tests.rules.scope.programs import KINDS, Kind, Program

TOLERANCE = 50
"""How much earlier (ms) than its time a delay may end."""


@dataclass(frozen=True)
class Fact:
    """Something that happens, ``least`` ms after the fact before it at the least, and ``most`` ms at the most.

    After ``most`` ms something else would have happened. ``signal`` is the number of the signal that brings it about;
    ``kept``: that was sent before the stage waited. ``stops``: it is the end of all, though without an error.
    """

    kind: Literal["created", "started", "ended", "terminated"]
    stage: int = -1
    error: bool = False
    least: int = 0
    most: int | None = 0
    signal: int | None = None
    kept: bool = False
    stops: bool = False


@dataclass(frozen=True)
class Path:
    """Facts in order. ``hidden`` is the number of a stage that failed and that history does not show, else -1."""

    facts: tuple[Fact, ...]
    hidden: int = -1

    @cached_property
    def used(self) -> frozenset[int]:
        """The signals that had an effect."""
        return frozenset(fact.signal for fact in self.facts if fact.signal is not None)

    @cached_property
    def over(self) -> int | None:
        """The number of the fact from which on nothing moves the instance any more; None while it waits for ever."""
        return next(
            (n for n, fact in enumerate(self.facts) if fact.error or fact.stops or fact.kind == "terminated"), None
        )

    @cached_property
    def cancelled(self) -> bool:
        """Whether a cancellation ended it."""
        return any(fact.error and fact.signal is not None for fact in self.facts)

    def number(self, kind: str, stage: int) -> int | None:
        """The position of a fact about a stage."""
        return next((n for n, fact in enumerate(self.facts) if (fact.kind, fact.stage) == (kind, stage)), None)

    def seen_in(self, view: str) -> tuple[int, ...]:
        """The facts that a view shows, one after the other."""
        if view not in self._seen:
            self._seen[view] = tuple(n for n, fact in enumerate(self.facts) if self._shows(view, fact))
        return self._seen[view]

    @cached_property
    def _seen(self) -> dict[str, tuple[int, ...]]:
        return {}

    def _shows(self, view: str, fact: Fact) -> bool:
        if view.startswith("stage "):
            return fact.stage == int(view[-1])
        if view == "history":
            return fact.kind == "created" or (fact.kind != "terminated" and fact.stage != self.hidden)
        if view in ("errors of stages", "error"):
            return fact.error and (fact.stage >= 0) == (view == "errors of stages")
        if view.startswith("done "):
            return fact.kind == "ended" and not fact.error and fact.stage == int(view[-1])
        if view.startswith(("start of ", "place of ")):
            return fact.kind == "started" and fact.stage == int(view[-1])
        if view.startswith("history start of "):
            return fact.kind == "started" and fact.stage == int(view[-1]) != self.hidden
        if view.startswith(("end of ", "failure of ")):
            at_fault = view.startswith("end") or fact.error
            return fact.kind == "ended" and at_fault and fact.stage == int(view[-1])
        if view in ("creation", "end"):
            return fact.kind == ("created" if view == "creation" else "terminated")
        return view == "list" or (fact.stage >= 0) == (view == "status")


def paths(program: Program, *, loose: bool = False) -> list[Path]:
    """Every path that an instance of a program may take; ``loose``: what stops it may leave no error, too."""
    bare = [Path(facts) for facts in _from_stage(program, 0, (Fact("created"),))]
    if loose:
        # A careful server ends what cannot run, and what has failed; one that does not breaks that requirement alone.
        bare = [Path(tuple(_unhurried(program, fact) for fact in path.facts)) for path in bare]
    if loose:
        stopped = (path for path in list(bare) if path.cancelled or "broken" in program.stages)
        bare += [Path(facts) for path in stopped for facts in _faultless(path.facts)]
    failed = [(path, path.facts[path.over]) for path in bare if path.over is not None]
    return bare + [_hidden(path, fact, loose=loose) for path, fact in failed if fact.kind == "ended"]


def _hidden(path: Path, failed: Fact, *, loose: bool) -> Path:
    """The same path, where history lacks the stage that failed: it failed before history had to show it.

    ``loose``: nobody concludes that from a history.
    """
    at_once = (replace(fact, most=0) if fact is failed and not loose else fact for fact in path.facts)
    return Path(tuple(at_once), hidden=failed.stage)


def _unhurried(program: Program, fact: Fact) -> Fact:
    fails = fact.kind == "ended" and program.kinds[fact.stage].ends == "badly"
    follows = fact.kind == "terminated" and fact.error and fact.signal is None
    return replace(fact, most=None) if fails or follows else fact


def _faultless(facts: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    """The same path without the error of the stage, of the instance, and of both."""
    for kinds in (("ended",), ("terminated",), ("ended", "terminated")):
        yield tuple(replace(f, error=False, stops=f.error) if f.error and f.kind in kinds else f for f in facts)


def _from_stage(program: Program, stage: int, so_far: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    """The ways to go on with a stage that has not started yet, or with the end."""
    for cancel in _unused(program, "cancel", so_far):
        yield (*so_far, Fact("terminated", error=True, signal=cancel))
    if stage == len(program.stages):
        yield (*so_far, Fact("terminated"))
        return
    started, kind = (*so_far, Fact("started", stage)), program.kinds[stage]
    for cancel in _unused(program, "cancel", so_far):
        yield _failed(started, Fact("ended", stage, error=True, signal=cancel, most=kind.lasts))
    if kind.ends != "well":
        yield _failed(started, Fact("ended", stage, error=True, most=kind.lasts))
    if kind.lasts is None:
        yield started
    if kind.ends != "badly":
        for ended in _ends(program, stage, kind, so_far):
            yield from _from_stage(program, stage + 1, (*started, ended))


def _failed(started: tuple[Fact, ...], ended: Fact) -> tuple[Fact, ...]:
    return (*started, ended, Fact("terminated", error=True))


def _ends(program: Program, stage: int, kind: Kind, so_far: tuple[Fact, ...]) -> Iterator[Fact]:
    """How a stage may end well."""
    if kind.awaits is None and kind is not KINDS["hour"]:
        yield Fact("ended", stage, least=max(0, (kind.lasts or 0) - TOLERANCE), most=kind.lasts)
    for signal in _unused(program, kind.awaits, so_far):
        yield Fact("ended", stage, most=None, signal=signal)
        yield Fact("ended", stage, most=None, signal=signal, kept=True)


def _unused(program: Program, name: str | None, so_far: tuple[Fact, ...]) -> list[int]:
    used = {fact.signal for fact in so_far}
    return [number for number, signal in enumerate(program.signals) if signal == name and number not in used]
