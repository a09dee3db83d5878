"""Every way in which a correct server may answer a program, and whether some correct server may answer like this."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random
from typing import Literal

from tests.rules.scope.answers import Answer, Answers, Shown, shape
from tests.rules.scope.legal import Sighting, possible
from tests.rules.scope.openness import Mended, apart, mend
from tests.rules.scope.paths import paths
from tests.rules.scope.programs import Program
from tests.rules.scope.times import times_agree

Verdict = Literal["legal", "open", "illegal"]
EVENT_STATUSES = (204, 400, 404)
CANCEL_STATUSES = (204, 404)


@dataclass(frozen=True)
class Search:
    """What correct servers may answer to the requests of a program."""

    program: Program

    @cached_property
    def _paths(self) -> list[Answers]:
        return [Answers(self.program, path) for path in paths(self.program)]

    @cached_property
    def _loose_paths(self) -> list[Answers]:
        return [Answers(self.program, path, loose=True) for path in paths(self.program, loose=True)]

    def every(self) -> Iterator[tuple[Answer, ...]]:
        """Every legal way to answer the signals and then the reads, each shape once."""
        known = set[tuple[object, ...]]()
        for answers in self._paths:
            for statuses in product(*map(_statuses, self.program.signals)):
                for shown in self._shown(answers, statuses, (), None):
                    found = self._answered(answers, statuses, shown)
                    key = (*statuses, *map(shape, found[len(statuses) :]))
                    if key not in known:
                        known.add(key)
                        yield found

    def any_of(self, random: Random) -> tuple[Answer, ...]:
        """One of the legal ways to answer the signals and then the reads."""
        ways = list(product(self._paths, product(*map(_statuses, self.program.signals))))
        random.shuffle(ways)
        found = ((each, s, shown) for each, s in ways for shown in self._shown(each, s, (), random))
        return self._answered(*next(found))

    def _answered(self, answers: Answers, statuses: Sequence[int], shown: Sequence[Shown]) -> tuple[Answer, ...]:
        views = zip(self.program.views, shown, strict=True)
        return (*((status, None) for status in statuses), *(answers.answer(view, dict(each)) for view, each in views))

    def _shown(
        self, answers: Answers, statuses: Sequence[int], so_far: tuple[Shown, ...], random: Random | None
    ) -> Iterator[tuple[Shown, ...]]:
        """What the reads may show, one read after the other; what is impossible so far is not followed up."""
        if not possible(self.program, answers.path, statuses, self._sightings(so_far)):
            return
        if len(so_far) == len(self.program.views):
            yield so_far
            return
        options = [shown for alike in answers.of(self.program.views[len(so_far)]).values() for shown in alike]
        if random is not None:
            random.shuffle(options)
        for shown in options:
            yield from self._shown(answers, statuses, (*so_far, shown), random)

    def _sightings(self, shown: Sequence[Shown], slow: Collection[int] = ()) -> list[Sighting]:
        windows = self.program.read_windows
        return [
            Sighting(view, windows[n], count, n not in slow) for n, each in enumerate(shown) for view, count in each
        ]

    def verdict(self, answers: Sequence[Answer], *, forgets_early: bool = False) -> Verdict:
        """Whether some correct server may answer like this, or the API leaves it open."""
        signals = len(self.program.signals)
        statuses, reads = [status for status, _ in answers[:signals]], answers[signals:]
        if self._matches(statuses, Mended(list(reads)), forgets_early=forgets_early, loose=False):
            return "legal"
        choices = apart(self.program, mend(self.program, reads)) if reads else [Mended([])]
        is_open = all(self._matches(statuses, each, forgets_early=forgets_early, loose=True) for each in choices)
        return "open" if is_open else "illegal"

    def _matches(self, statuses: Sequence[int], told: Mended, *, forgets_early: bool, loose: bool) -> bool:
        """Whether some path leads to what is told."""
        shapes = [None if read is None else shape(read) for read in told.reads]
        views = list(zip(self.program.views, shapes, strict=True))
        return times_agree(self.program, told.reads, loose=loose) and any(
            possible(
                self.program,
                each.path,
                statuses,
                [*self._sightings(shown, told.slow), *told.sightings],
                forgets_early=forgets_early,
                loose=loose,
            )
            for each in (self._loose_paths if loose else self._paths)
            for shown in product(*([()] if s is None else each.of(view).get(s, ()) for view, s in views))
        )

    def answers_of(self, read: int) -> list[Answer]:
        """All that a view may answer on any path, each shape once, as some path answers it."""
        view = self.program.views[read]
        found = dict[str, Answer]()
        for answers in self._paths:
            for key, shown in answers.of(view).items():
                found.setdefault(key, answers.answer(view, dict(shown[0])))
        return list(found.values())


def _statuses(signal: str) -> tuple[int, ...]:
    return CANCEL_STATUSES if signal == "cancel" else EVENT_STATUSES
