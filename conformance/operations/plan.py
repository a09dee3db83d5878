"""Which cases are played, and what they may cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random
from typing import Literal

from conformance.contract.api import V1
from conformance.contract.document import ApiDocument
from conformance.contract.features import ASSUMED
from conformance.operations.cases import CaseGenerator
from conformance.operations.crafted import crafted, undocumented_methods
from conformance.operations.template import CaseTemplate

Profile = Literal["smoke", "standard", "thorough"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a profile allows: cases per operation, drawn ones per mode, methods per path, runs in all."""

    cases: int
    fuzzed: int
    methods: int
    runs: int


LIMITS: Mapping[Profile, Limits] = {
    "smoke": Limits(cases=10, fuzzed=3, methods=2, runs=16),
    "standard": Limits(cases=80, fuzzed=15, methods=5, runs=25),
    "thorough": Limits(cases=200, fuzzed=60, methods=5, runs=60),
}

POOL_RUNS = 6
"""runWorkflow requests for the instances that reads are about."""

DISPOSABLE_RUNS = 2
"""runWorkflow requests for the instances that events go to, and again for those that are cancelled."""


@dataclass(frozen=True, slots=True)
class OperationSettings:
    """How to play the operations.

    ``max_runs``: runWorkflow requests in all, the pool's included; None for the profile's own limit. ``concurrency``:
    reads at a time. ``features``: what the target offers; without ``ledger`` no money is moved.
    """

    seed: int = 0
    profile: Profile = "standard"
    max_runs: int | None = None
    concurrency: int = 4
    features: frozenset[str] = ASSUMED

    @property
    def limits(self) -> Limits:
        """The profile's limits."""
        return LIMITS[self.profile]

    @property
    def runs(self) -> int:
        """How many runWorkflow requests may be sent."""
        return self.limits.runs if self.max_runs is None else self.max_runs


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """The cases by operationId in the order of playing, and those with undocumented methods."""

    cases: Mapping[str, tuple[CaseTemplate, ...]]
    methods: tuple[CaseTemplate, ...] = ()

    @property
    def total(self) -> int:
        """How many cases there are."""
        return sum(map(len, self.cases.values())) + len(self.methods)


def plan_operations(document: ApiDocument, settings: OperationSettings) -> OperationPlan:
    """Choose the cases. Pure computing, seconds of it: do it before measuring, or away from an event loop.

    The same document and settings give the same plan.
    """
    generator = CaseGenerator(document)
    limits = settings.limits
    cases: dict[str, tuple[CaseTemplate, ...]] = {}
    for operation in V1.operations:
        made = generator.generate(operation.id, max_fuzzed=limits.fuzzed, seed=settings.seed)
        number = limits.cases if operation.id != "runWorkflow" else min(limits.cases, run_cases(settings))
        cases[operation.id] = choose(crafted(operation.id), made, number, Random(f"{settings.seed}:{operation.id}"))
    methods = undocumented_methods(Random(f"{settings.seed}:methods"), limits.methods)
    return OperationPlan(cases, tuple(methods))


def choose(
    by_hand: Iterable[CaseTemplate], generated: Iterable[CaseTemplate], number: int, random: Random
) -> tuple[CaseTemplate, ...]:
    """At most ``number`` distinct cases. A kind of case (phase and mode) gives its next one in turn, so none starves.

    The first hand-made case and the first plain use come first, and so are always played. All hand-made ones are where
    they take no more than half of the room.
    """
    by_hand = tuple(by_hand)
    groups: dict[tuple[str, str], list[CaseTemplate]] = defaultdict(list)
    for case in by_hand:
        groups[case.phase, case.mode].append(case)
    for case in generated:
        groups[case.phase, case.mode].append(case)
    for (phase, _), group in groups.items():
        if phase not in {"crafted", "examples"}:
            random.shuffle(group)
    turns = chain.from_iterable(zip_longest(*groups.values()))
    distinct = {case.request: case for case in reversed([case for case in turns if case is not None])}
    ordered = list(reversed(distinct.values()))
    certain = {case.request for case in by_hand} if 2 * len(by_hand) <= number else set()
    others = [case for case in ordered if case.request not in certain][: number - len(certain)]
    chosen = certain | {case.request for case in others}
    return tuple(case for case in ordered if case.request in chosen)


def run_cases(settings: OperationSettings) -> int:
    """How many cases of runWorkflow the pool and the disposable instances leave room for."""
    return max(0, settings.runs - POOL_RUNS - 2 * DISPOSABLE_RUNS)
