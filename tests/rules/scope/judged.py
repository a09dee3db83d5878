"""What the rules say of the traces of a program, correct ones and changed ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from conformance.rules import ALL_RULES
from conformance.rules.evidence.observation import Observation
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.scope.answers import Answer
from tests.rules.scope.changes import changes
from tests.rules.scope.programs import Scope
from tests.rules.scope.search import Search
from tests.rules.scope.telling import told
from tests.rules.scope.traces import Play

FORGIVEN = "event.early"
"""The one requirement that a correct server may choose to miss."""
_FIRST = ("stage.monotone", "stage.sequence", "run.terminated-at", "envelope.schema", "envelope.time-order")
_ORDERED = (*_FIRST, *(rule for rule in ALL_RULES if rule not in _FIRST))


@dataclass
class Tally:
    """What was judged.

    ``missed``: by kind of change, how many illegal answers no rule flagged; ``samples``: these. ``whole``: nothing of
    the scope was left out.
    """

    correct: int = 0
    flagged: int = 0
    legal: int = 0
    open: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    whole: bool = False

    @property
    def illegal(self) -> int:
        """How many changed answers no correct server gives."""
        return self.flagged + self.missed.total()

    def add(self, other: Tally) -> None:
        """Count in what was judged elsewhere."""
        self.correct += other.correct
        self.flagged += other.flagged
        self.legal += other.legal
        self.open += other.open
        self.missed += other.missed
        self.alarms += other.alarms
        for kind, samples in other.samples.items():
            self.samples.setdefault(kind, []).extend(samples)


def violations(play: Play, answers: Sequence[Answer]) -> Iterator[tuple[str, Observation]]:
    """The violations that the rules see, one after the other."""
    index = TraceIndex(play.trace(answers))
    for requirement in _ORDERED:
        for seen in ALL_RULES[requirement](index):
            if not seen.upheld:
                yield requirement, seen


def judge_scope(scope: Scope, most: int, part: tuple[int, int] = (0, 1)) -> Tally:
    """Judge a scope: all its traces where these are no more than ``most`` (0: however many), else so many, evenly.

    ``part``: of all the work the k-th share of n, as (k, n).
    """
    tally = Tally()
    for number in range(*_stride(len(scope), most, part)):
        program = scope[number]
        search = Search(program)
        if most and len(scope) * 3 > most:
            _judge(search, [search.any_of(Random(number))], tally)
        else:
            _judge(search, search.every(), tally)
    tally.whole = not (most and len(scope) * 3 > most)
    return tally


def _stride(programs: int, most: int, part: tuple[int, int]) -> tuple[int, int, int]:
    step = max(1, programs // most) if most and programs * 3 > most else 1
    return part[0] * step, programs, part[1] * step


def _judge(search: Search, traces: Iterable[tuple[Answer, ...]], tally: Tally) -> None:
    """Judge correct traces of a program, and each with every change."""
    play, known = Play(search.program), set[str]()
    for answers in traces:
        tally.correct += 1
        found = next((each for each in violations(play, answers) if each[0] != FORGIVEN), None)
        if found is not None:
            tally.alarms.append(f"{found[0]}: {found[1].observed} {told(search.program, answers)}")
            continue
        for place, answer in enumerate(answers):
            for kind, other in changes(search, place, answer):
                changed = (*answers[:place], other, *answers[place + 1 :])
                key = repr(changed)
                if other != answer and key not in known:
                    known.add(key)
                    _judge_change(search, play, tally, kind, changed)


def _judge_change(search: Search, play: Play, tally: Tally, kind: str, answers: Sequence[Answer]) -> None:
    flags = violations(play, answers)
    found = next(flags, None)
    if found is not None and found[0] == FORGIVEN:
        found = next((each for each in flags if each[0] != FORGIVEN), found)
    verdict = search.verdict(answers, forgets_early=found is not None and found[0] == FORGIVEN)
    if verdict == "illegal" and found is None:
        tally.missed[kind] += 1
        tally.samples.setdefault(kind, []).append(told(search.program, answers))
    elif verdict == "illegal":
        tally.flagged += 1
    elif verdict == "open":
        tally.open += 1
    else:
        tally.legal += 1
        if found is not None and found[0] != FORGIVEN:
            tally.alarms.append(f"{found[0]}: {found[1].observed} {told(search.program, answers)}")
