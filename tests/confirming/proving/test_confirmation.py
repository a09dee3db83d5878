"""Confirming what failed, with plays that a test makes up."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.configuration.settings import Settings
from conformance.confirming.findings import Proof, build_finding
from conformance.confirming.proving.confirmation import Confirmation
from conformance.confirming.replays import REPLAYS
from conformance.contract.requirements import load_requirements
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.results.model import Replays
from conformance.rules.across.traces import info_versions
from conformance.rules.evidence.observation import violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.confirming.confirm import CREATE, SCENARIO, JudgePool, confirm, cut_off, cut_off_again, traced
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for


def test_a_violation_that_always_comes_back_is_minimised() -> None:
    (proof,), _ = confirm(lambda n, scenario: True, [traced(SCENARIO, True)])
    assert proof.requirements[0] == "workflow.create-echo"
    assert proof.replays == Replays(3, 3)
    assert proof.minimised
    assert proof.seen == 1
    finding = build_finding(proof, load_requirements(), "http://server")
    assert finding.reproducibility == "always"
    assert finding.script[0].startswith("w1 = create []")
    assert "info" not in " ".join(finding.script)
    assert "curl" in finding.curl
    compile(finding.python, "finding", "exec")


def test_a_violation_that_comes_back_now_and_then_tells_how_often() -> None:
    (proof,), _ = confirm(lambda n, scenario: n % 3 == 0, [traced(SCENARIO, True)])
    assert 0 < proof.replays.shown < proof.replays.played


def test_what_a_response_proves_stands_even_if_it_never_comes_back() -> None:
    (proof,), played = confirm(lambda n, scenario: False, [traced(SCENARIO, True)])
    assert played == [SCENARIO] * 9
    assert not proof.minimised
    assert build_finding(proof, load_requirements()).reproducibility == "0/9"


def test_an_eventual_violation_that_never_comes_back_is_no_finding() -> None:
    t, i = started({"noop": {}}, wait_for("go"))
    t.cancel(i)
    t.settled()
    t.get(i, [(5, 6), (6, None)])
    trace = replace(t.trace(), scenario=to_json(SCENARIO))
    assert "cancel.terminates" in Judge().judge(trace).violations
    assert confirm(lambda n, scenario: False, [trace])[0] == []
    # In several traces it is none by chance, unless effects are late now and then, whatever they are waited for.
    several = [trace, replace(trace, id="another")]
    assert "cancel.terminates" in confirm(lambda n, scenario: False, several)[0][0].requirements
    assert confirm(lambda n, scenario: False, several, late=True)[0] == []


def test_without_time_a_violation_is_told_as_it_was_seen() -> None:
    (proof,), played = confirm(lambda n, scenario: True, [traced(SCENARIO, True)], seconds=-1.0)
    assert played == []
    assert not proof.minimised
    finding = build_finding(proof, load_requirements())
    assert (finding.reproducibility, finding.seen, finding.not_replayed) == ("0/0", 1, "time ran out")


def test_with_little_time_a_slow_target_is_asked_once_and_nothing_is_minimised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each play takes six of ten seconds."""
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)

    def slow(_: int, scenario: Scenario) -> bool:
        nonlocal now
        now += 2.0
        return True

    (proof,), played = confirm(slow, [traced(SCENARIO, dropped=True)], seconds=10.0)
    assert proof.replays == Replays(3, 3)
    assert len(played) == 3
    assert not proof.minimised


def test_where_runs_are_scarce_each_is_replayed_once_and_what_is_minimal_once_more() -> None:
    first = traced(SCENARIO, dropped=True)
    proofs, played = confirm(lambda n, scenario: True, [first], scarce=True)
    assert [proof.replays for proof in proofs] == [Replays(1, 1)]
    assert played.count(SCENARIO) == 1
    assert proofs[0].minimised
    _, played = confirm(lambda n, scenario: False, [first], scarce=True)
    assert played == [SCENARIO] * 3


def _unlisted(scenario: Scenario, refused: bool, number: int) -> Trace:
    """A play of a creation, a run, and a list of the workflow's instances, which is refused."""
    t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
    for step in scenario.steps:
        if isinstance(step, model.Create):
            workflow = t.create(list(step.stages), step.name)
        elif isinstance(step, model.Run):
            t.run(workflow)
        elif isinstance(step, model.ListInstances):
            t.instances(workflow, status=404 if refused else 200)
    trace = t.trace()
    return replace(trace, exchanges=tuple(replace(each, step=each.index) for each in trace.exchanges))


@pytest.mark.parametrize(("scarce", "starts"), [(True, [1]), (False, [0] * 3 + [1] * 3)])
def test_where_runs_are_scarce_no_list_of_instances_is_asked_for_without_any(scarce: bool, starts: list[int]) -> None:
    listing = Scenario((CREATE, model.Run("i1", "w1"), model.ListInstances("w1")), "made-up")

    def with_a_run(n: int, scenario: Scenario) -> bool:
        return scenario.starts > 0

    proofs, played = confirm(with_a_run, [_unlisted(listing, True, 0)], scarce=scarce, trace=_unlisted)
    assert [proof.requirements[0] for proof in proofs] == ["list.by-workflow"]
    assert [each.starts for each in played[: len(starts)]] == starts


def test_what_a_list_shows_only_beside_another_workflows_instance_is_replayed_beside_one() -> None:
    listing = Scenario((CREATE, model.Run("i1", "w1"), model.ListInstances("w1")), "made-up")
    (proof,), _ = confirm(lambda n, scenario: len(scenario.steps) > 3, [_unlisted(listing, True, 0)], trace=_unlisted)
    assert proof.replays.shown == REPLAYS
    assert build_finding(proof, load_requirements()).script[0].startswith("w0 = create")


def test_an_error_of_the_suite_takes_nothing_else_along() -> None:
    def failing(n: int, scenario: Scenario) -> bool:
        raise LookupError("made up")

    tally = Tally()
    proofs, _ = confirm(failing, [traced(SCENARIO, dropped=True)], tally=tally)
    assert proofs == []
    assert tally.errors == ["workflow.create-echo could not be confirmed: LookupError: made up"]
    assert tally.violated["workflow.create-echo"] == 1


def test_independent_causes_are_replayed_side_by_side_and_what_may_follow_later() -> None:
    judging: Any = JudgePool()
    tally, playing, most = Tally(), 0, 0

    def bad(number: int) -> Trace:
        if number % 2:
            return cut_off(SCENARIO, 1, number)
        return traced(SCENARIO, dropped=True, number=number)

    async def play(scenarios: Sequence[Scenario], reuse: bool) -> list[Trace]:
        nonlocal playing, most
        playing += 1
        most = max(most, playing)
        await asyncio.sleep(0)
        playing -= 1
        return [bad(int(not reuse)) for _ in scenarios]

    async def whole() -> list[Proof]:
        for number in range(2):
            tally.add(bad(number), await judging.judge(bad(number)))
        return await Confirmation(judging, play, Settings(), 60.0).run(tally, lambda _: None)

    assert {proof.requirements[0] for proof in asyncio.run(whole())} == {"workflow.create-echo", "envelope.answers"}
    assert most == 2


def test_what_is_seen_while_another_is_replayed_has_its_turn() -> None:
    judging: Any = JudgePool()
    tally, seen_later = Tally(), [cut_off(SCENARIO, 1, 1)]

    async def play(scenarios: Sequence[Scenario], reuse: bool) -> list[Trace]:
        for trace in seen_later:
            tally.add(trace, await judging.judge(trace))
        seen_later.clear()
        return [traced(each, dropped=True) if reuse else cut_off(SCENARIO, 1, 1) for each in scenarios]

    async def whole() -> list[Proof]:
        seen = traced(SCENARIO, dropped=True)
        tally.add(seen, await judging.judge(seen))
        return await Confirmation(judging, play, Settings(), 60.0).run(tally, lambda _: None)

    assert {proof.requirements[0] for proof in asyncio.run(whole())} == {"workflow.create-echo", "envelope.answers"}


@pytest.mark.parametrize(("pace", "plays"), [(0.0, 6), (0.1, 3)])
def test_on_a_slow_target_what_was_not_made_shorter_is_not_replayed_anew(pace: float, plays: int) -> None:
    settings = Settings(minimise_runs=-1)
    (proof,), played = confirm(lambda n, _: True, [traced(SCENARIO, True)], pace=pace, settings=settings)
    assert len(played) == plays
    assert proof.replays == Replays(3, 3)


def test_what_was_cut_while_minimising_is_not_minimal() -> None:
    steps = (CREATE, *(model.Info() for _ in range(40)))
    judging = JudgePool()

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        return [traced(scenario, dropped=True) for scenario in scenarios]

    async def whole() -> list[Proof]:
        tally = Tally()
        seen = traced(Scenario(steps, "made-up"), dropped=True)
        tally.add(seen, await judging.judge(seen))
        pool: Any = judging
        return await Confirmation(pool, play, Settings(minimise_runs=-1), 60.0).run(tally, lambda _: None)

    (proof,) = asyncio.run(whole())
    assert not proof.minimised
    assert proof.replays == Replays(3, 3)
    assert proof.shortened_from is not None


@pytest.mark.parametrize("source", ["operations", "control"])
def test_traffic_that_is_no_scenario_is_played_again_as_an_excerpt(source: Any) -> None:
    seen = replace(traced(SCENARIO, True), source=source, scenario=None)
    (proof,), played = confirm(lambda n, scenario: True, [seen])
    assert played[0].steps == (CREATE,)
    assert proof.minimised


def test_a_closed_connection_that_comes_back_is_a_finding() -> None:
    (proof,), _ = confirm(lambda n, _: True, [cut_off(SCENARIO, 1)], trace=cut_off_again)
    assert proof.requirements == ("envelope.answers",)
    assert proof.replays == Replays(3, 3)


def test_what_was_lost_is_no_chance_yet_where_each_replay_was_cut_off() -> None:
    def cut(scenario: Scenario, again: bool, number: int) -> Trace:
        return replace(cut_off(scenario, int(again), number), complete=False)

    tally = Tally()
    proofs, _ = confirm(lambda n, _: False, [cut_off(SCENARIO, 1)], tally=tally, trace=cut)
    assert proofs == []
    assert tally.violated["envelope.answers"] == 1
    (proof,), _ = confirm(lambda n, _: n % 3 == 1, [cut_off(SCENARIO, 1)], trace=cut)
    assert proof.replays.played == proof.replays.shown


def test_one_closed_connection_that_never_comes_back_is_no_violation() -> None:
    tally = Tally()
    proofs, played = confirm(lambda n, _: False, [cut_off(SCENARIO, 1)], tally=tally, trace=cut_off_again)
    assert proofs == []
    assert len(played) == 9
    assert (tally.violated["envelope.answers"], tally.cases) == (0, {})
    assert not any(requirement == "envelope.answers" and not held for requirement, _, held in tally.by_operation)


@pytest.mark.parametrize("traces", [[cut_off(SCENARIO, 3)], [cut_off(SCENARIO, 1, n) for n in range(5)]])
def test_closed_connections_that_never_come_back_are_no_finding_however_many(traces: list[Trace]) -> None:
    tally = Tally()
    assert confirm(lambda n, _: False, traces, tally=tally, trace=cut_off_again)[0] == []
    assert tally.violated["envelope.answers"] > 1


def test_a_closed_connection_that_nobody_could_play_again_stays_open() -> None:
    tally = Tally()
    assert confirm(lambda n, _: True, [cut_off(SCENARIO, 1)], seconds=-1.0, tally=tally)[0] == []
    assert tally.violated["envelope.answers"] == 1


def test_a_timeout_that_does_not_come_back_is_no_finding_either() -> None:
    t = TraceBuilder(id="hangs", scenario=to_json(SCENARIO))
    for _ in range(2):
        t.workflows(failure="timeout", took=10_000)
        t.info()
    proofs, _ = confirm(lambda n, _: False, [cut_off(SCENARIO, 1), t.trace()], trace=cut_off_again)
    assert proofs == []


def test_what_only_tidying_up_showed_is_played_as_a_step() -> None:
    t = TraceBuilder(id="tidied", scenario=to_json(Scenario((CREATE,), "made-up")))
    w = t.create([{"wait_event": {"event": "go"}}])
    t.cancel(t.run(w), client="cleanup", status=500)
    _, played = confirm(lambda n, _: False, [t.trace()])
    assert [type(step) for step in played[0].steps] == [model.Create, model.Run, model.Cancel]


def test_what_was_counted_over_the_whole_run_stands_without_a_replay() -> None:
    tally = Tally()
    trace = cut_off(SCENARIO, 1)
    counted = violated(trace.exchanges[0], expected="an answer", observed="none for 9 of 80", proof="counted")
    tally.add_across("envelope.answers", counted, trace)
    (proof,), played = confirm(lambda n, scenario: True, [], tally=tally)
    assert not played
    assert proof.observation.observed == "none for 9 of 80"
    assert proof.not_replayed == "only a whole run shows it"


def test_what_is_being_confirmed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    judging, told = JudgePool(), list[str]()

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        told.append(confirmation.doing)
        return [traced(scenario, True) for scenario in scenarios]

    async def whole(confirmation: Confirmation) -> None:
        tally = Tally()
        tally.add(traced(SCENARIO, True), await judging.judge(traced(SCENARIO, True)))
        await confirmation.run(tally, lambda _: None)

    pool: Any = judging
    confirmation = Confirmation(pool, play, Settings(), 60.0)
    assert confirmation.doing == "", "nothing is under way yet"
    asyncio.run(whole(confirmation))
    # Three replays first, side by side; whatever is played while minimising is counted, too.
    assert told[0] == "workflow.create-echo, replay 3 (3 under way), at most 60 s left"
    counts = [int(each.split("replay ")[1].split()[0]) for each in told]
    assert counts == sorted(set(counts))
    assert confirmation.doing == "", "nothing is under way any more"


def test_a_version_that_changes_takes_two_calls_to_show() -> None:
    """Each trace of the run holds one call; that they differ only their comparison tells."""
    calls = itertools.count()

    def changing(scenario: Scenario, _: bool, number: int) -> Trace:
        t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
        for _step in scenario.steps:
            t.info(f"1.{next(calls)}")
        return t.trace()

    once, tally = Scenario((model.Info(),), "made-up"), Tally()
    traces = {f"t{number}": changing(once, True, number) for number in (100, 101)}
    for found in info_versions([TraceIndex(trace) for trace in traces.values()]):
        tally.add_across(found.requirement, found.observation, traces[found.traces[1]])
    [proof], _ = confirm(lambda *_: True, (), tally=tally, trace=changing)
    assert (proof.requirements, proof.replays) == (("info.version",), Replays(3, 3))
    assert proof.trace.scenario == to_json(Scenario((model.Info(), model.Info()), "made-up"))
