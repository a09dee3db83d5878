"""Plays of scenarios with their judgements, and how often a violation comes back in them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from conformance.confirming.credibility import in_play, on_used_connections
from conformance.confirming.reconstruction import scenario_of_exchanges, with_own_reads
from conformance.confirming.slicing import in_its_time, shown_by, slices_of, up_to
from conformance.judging.judging import Judgement
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case
from conformance.rules.evidence.observation import Observation
from conformance.scenarios import Scenario, from_json
from conformance.scenarios.scenario.model import Create, Info, Run, Step, Until, numbered
from conformance.trace import Trace

Play = Callable[[Sequence[Scenario], bool], Awaitable[list[Trace]]]
"""Plays scenarios at the same time and returns their traces, in the same order; whether connections are used again."""

REPLAYS = 3
_MORE_REPLAYS = 6
_CASES = 2


@dataclass(slots=True)
class JudgedReplay:
    """A played scenario with its judgement."""

    trace: Trace
    judgement: Judgement

    def shown(self, requirement: str) -> Observation | None:
        """The first violation of a requirement that the steps of the scenario show; None when none does."""
        violations = self.judgement.violations.get(requirement, [])
        return next((each for each in violations if in_play(self.trace, each)), None)

    def shows(self, requirement: str) -> bool:
        """Whether the steps of the scenario show a violation of a requirement."""
        return self.shown(requirement) is not None

    def telling(self, requirement: str) -> Observation:
        """The violation to tell of a requirement that is violated: one that the steps show, if there is one."""
        return self.shown(requirement) or self.judgement.violations[requirement][0]

    def kinds_shown(self, requirement: str, scenario: Scenario) -> set[type[Step]]:
        """The kinds of the steps of the scenario that was played whose answers show a violation."""
        steps = dict(numbered(scenario.steps))
        cited = (self.trace.at(index).step for index in self.telling(requirement).exchanges)
        return {type(steps[number]) for number in cited if number in steps}


@dataclass(slots=True)
class Attempt:
    """What replaying one violation came to: the scenario that showed it, in how many of how many plays.

    Where ``back`` is empty, ``played`` counts the plays of every scenario that was tried; see `conclusive`.
    ``seconds`` is how long it took to play that scenario so often.
    """

    scenario: Scenario | None
    played: int
    back: list[JudgedReplay] = field(default_factory=list)
    seconds: float = 0.0


def conclusive(replays: Sequence[JudgedReplay], requirement: str) -> int:
    """How many replays tell whether a requirement is violated: one cut off says nothing of what it did not show."""
    return sum(replay.trace.complete or replay.shows(requirement) for replay in replays)


async def judged(judge: TraceJudge, play: Play, requirement: str, scenarios: Sequence[Scenario]) -> list[JudgedReplay]:
    """Play scenarios at the same time, and judge each."""
    traces = await play(scenarios, on_used_connections(requirement))
    return [JudgedReplay(trace, await judge.judge(trace)) for trace in traces]


async def attempt(
    judge: TraceJudge,
    play: Play,
    requirement: str,
    cases: Sequence[Case],
    out_of_time: Callable[[], bool],
    *,
    scarce: bool = False,
    room: Callable[[], int] | None = None,
) -> Attempt:
    """Replay the slice of each of a few cases first, then the whole, until the violation comes back or time is up.

    ``scarce``: the target starts few runs, so each is played a third as often, and none in vain. ``room``: how many
    runs a slow target has room for at once, None for others. A replay takes long there, so the steps up to the one
    after which the violation showed first are played before all else, and where there is room, what would be played
    next is played at the same time.
    """
    played = 0
    for case in cases[:_CASES]:
        first_plays = await _first_plays(judge, requirement, case, scarce=scarce) if room is not None else []
        later = (each for each in _in_order(case, scarce=scarce) if each not in first_plays)
        plays = [(scenario, most // REPLAYS if scarce else most) for scenario, most in (*first_plays, *later)]
        for number, first in enumerate(plays):
            if out_of_time():
                return Attempt(None, played)
            batch = [first, *_looked_at(plays[number:], (room() if room is not None else 0) - _runs(*first))]
            began = time.monotonic()
            replays = iter(await judged(judge, play, requirement, [each for each, most in batch for _ in range(most)]))
            for scenario, most in batch:
                own = list(islice(replays, most))
                back = [replay for replay in own if replay.shows(requirement)]
                whole = conclusive(own, requirement)
                played += whole
                if back:
                    return Attempt(scenario, whole, back, time.monotonic() - began)
    return Attempt(None, played)


def _runs(scenario: Scenario, times: int) -> int:
    return max(1, scenario.starts) * times


def _looked_at(plays: Sequence[tuple[Scenario, int]], room: int) -> Iterator[tuple[Scenario, int]]:
    """Of what comes after the next as much as there is room for, once each: it may show what the next one does not."""
    scenarios = [scenario for scenario, _ in plays]
    for place, scenario in enumerate(scenarios[1:], 1):
        if scenario not in scenarios[:place]:
            room -= _runs(scenario, 1)
            if room < 0:
                return
            yield scenario, 1


async def _first_plays(judge: TraceJudge, requirement: str, case: Case, *, scarce: bool) -> list[tuple[Scenario, int]]:
    """The steps of a case up to the one after which it showed, first a slice of them, and how often to play each."""
    part = await _first_shown(judge, requirement, case)
    early = [] if part is None else [*slices_of(part.trace, part.observations[0])[:1], _scenario_of(part.trace)]
    return [(scenario, REPLAYS) for scenario in early if scenario.starts or not scarce]


async def _first_shown(judge: TraceJudge, requirement: str, case: Case) -> Case | None:
    """A case up to the step after which its violation showed first; None where that is its last one, or no step."""
    if not _played(case):
        return None
    steps = len(_scenario_of(case.trace).steps)
    found: Case | None = None
    showing = range(1, steps)
    while showing:
        middle = showing[len(showing) // 2]
        part = up_to(case.trace, middle)
        shown = JudgedReplay(part, await judge.judge(part)).shown(requirement)
        if shown is None:
            showing = range(middle + 1, showing.stop)
        else:
            found = replace(case, trace=part, observations=(shown,))
            showing = range(showing.start, middle)
    return found


def _in_order(case: Case, *, scarce: bool) -> Iterator[tuple[Scenario, int]]:
    """What to play for a case, and how often; the whole scenario is tried longer than a part of it.

    Where it cites what the suite itself read in the middle of the play, that is a step of each. In between comes the
    scenario with all that was read so, for lists the one beside another instance, and the one in which as much time
    passes as did then. ``scarce``: what a list of instances showed is not asked for without any.
    """
    whole = scenario_of(case)
    if whole is None:
        return
    observation = next(each for each in case.observations if in_play(case.trace, each) or not _played(case))
    shown = shown_by(case.trace, observation)
    if shown == "getServerInfo":
        # What changes from call to call takes two of them, and a trace that is compared with others may hold one.
        yield replace(whole, steps=(Info(), Info())), REPLAYS
    if not _played(case):
        yield whole, REPLAYS
        yield whole, _MORE_REPLAYS
        return
    trace = with_own_reads(case.trace, observation.exchanges) or case.trace
    cited = _scenario_of(trace)
    lists = shown == "listInstances"
    for each in [*slices_of(trace, observation), cited]:
        if each.starts or not (scarce and lists and cited.starts):
            yield each, REPLAYS
    read = with_own_reads(case.trace)
    if read is not None:
        yield _scenario_of(read), REPLAYS
    if lists:
        yield _beside_another(cited), REPLAYS
    slow = in_its_time(read or case.trace)
    if slow is not None:
        yield slow, REPLAYS
    yield cited, _MORE_REPLAYS


def _beside_another(scenario: Scenario) -> Scenario:
    """A scenario after one more instance waits, of another workflow: what a list showed wrongly may be anybody's."""
    create = Create("w0", ({"wait_event": {"event": "another"}},), "another")
    return replace(scenario, steps=(create, Run("i0", "w0"), Until("i0", "waiting", 0), *scenario.steps))


def _scenario_of(trace: Trace) -> Scenario:
    assert trace.scenario is not None, "only what was played from a scenario has own reads"
    return from_json(trace.scenario)


def _played(case: Case) -> bool:
    shown = case.trace.source == "scenario" and any(in_play(case.trace, each) for each in case.observations)
    return shown and case.trace.scenario is not None


def scenario_of(case: Case) -> Scenario | None:
    """The scenario that left a case, or one that sends its requests again; None where no step sends them."""
    if _played(case) and case.trace.scenario is not None:
        return from_json(case.trace.scenario)
    return scenario_of_exchanges(case.trace, case.observations[0])
