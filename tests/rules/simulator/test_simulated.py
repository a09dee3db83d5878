"""No rule finds fault with a correct server, and each finds the fault that is put into its traces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.rules import ALL_RULES
from conformance.rules.evidence.observation import Observation
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.simulator import mutations_of_answers, mutations_of_causes, mutations_of_reads
from tests.rules.simulator.extras import with_extras
from tests.rules.simulator.judged import false_alarms, judge
from tests.rules.simulator.mutant import Mutant, Mutation
from tests.rules.simulator.programs import Played, play

MUTATIONS = [*mutations_of_reads.MUTATIONS, *mutations_of_causes.MUTATIONS, *mutations_of_answers.MUTATIONS]
SEEDS = range(500)
ENOUGH = 3


@settings(max_examples=300, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    workflows=st.integers(1, 3),
    runs=st.integers(1, 2),
    steps=st.integers(1, 9),
)
def test_no_correct_trace_violates_any_rule(seed: int, workflows: int, runs: int, steps: int) -> None:
    played = play(seed, workflows, runs, steps)
    assert false_alarms(played, judge(played)) == []


@cache
def _simulated(seed: int, *, extras: bool) -> tuple[Played, TraceIndex]:
    """``extras``: with what else is asked at the end, which mutations of what instances do would have to look past."""
    played = play(seed)
    whole = replace(played, trace=with_extras(played.trace)) if extras else played
    return whole, TraceIndex(whole.trace)


@cache
def _upheld(seed: int, rule: str, *, extras: bool) -> tuple[Observation, ...]:
    return tuple(seen for seen in ALL_RULES[rule](_simulated(seed, extras=extras)[1]) if seen.upheld)


def _mutants(mutation: Mutation) -> Iterator[tuple[int, Mutant]]:
    """At most one mutant of each simulated trace."""
    extras = mutation in mutations_of_answers.MUTATIONS
    for seed in SEEDS:
        trace = _simulated(seed, extras=extras)[0].trace
        candidates = ((seen, Mutant(trace)) for seen in _upheld(seed, mutation.rule, extras=extras))
        cut = next((mutant for seen, mutant in candidates if mutation.cut(mutant, seen)), None)
        if cut is not None:
            yield seed, cut


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.rule}: {mutation.name}")
def test_every_mutation_is_caught_by_the_rule_that_it_breaks(mutation: Mutation) -> None:
    caught = 0
    for seed, mutant in _mutants(mutation):
        index = TraceIndex(mutant.trace())
        assert any(not seen.upheld for seen in ALL_RULES[mutation.rule](index)), f"not caught in trace {seed}"
        caught += 1
        if caught == ENOUGH:
            break
    assert caught > 0


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_what_else_a_correct_server_is_asked_violates_no_rule(seed: int) -> None:
    played, _ = _simulated(seed, extras=True)
    assert false_alarms(played, judge(played)) == []


def test_a_seed_always_gives_the_same_trace() -> None:
    assert play(7).trace.exchanges == play(7).trace.exchanges


def test_the_simulated_servers_use_all_the_time_that_they_have() -> None:
    """Judged with a settle time that is too short, correct servers look wrong: they use it up."""
    alarms = 0
    for seed in range(60):
        played = play(seed)
        if played.trace.settling is not None:
            hasty = replace(
                played.trace, settling=replace(played.trace.settling, factor=0.1, slowest_factor=0.1, whole_factor=0.1)
            )
            alarms += bool(false_alarms(played, judge(replace(played, trace=hasty))))
    assert alarms >= 3
