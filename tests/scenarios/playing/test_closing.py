"""What still runs at the end of a scenario gets its event, or is cancelled, and everything is read once more."""

from __future__ import annotations

import asyncio

from conformance.judging.judging import Judge
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Job, Played, Player, Scenario, Settler, from_json
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.playing.closing import closing_steps, still_waiting
from conformance.scenarios.scenario.model import (
    Cancel,
    Create,
    History,
    Run,
    Send,
    Settle,
    StageConfig,
    Step,
    Together,
    numbered,
)
from conformance.target import Target, TargetConfig
from conformance.trace import Exchange, Request, Response
from conformance.wire import exact_json

SEEDS = [str(number) for number in range(40)]
WAIT: StageConfig = {"wait_event": {"event": "${name}"}}
NOOP: StageConfig = {"noop": {}}


def answer(data: object) -> Exchange:
    body = exact_json.encode({"data": data})
    return Exchange(0, Request("GET", "http://server/", "/"), 0, 1, Response(200, (), body), operation="getInstance")


def bindings_of(*instances: str, ended: bool = False) -> Bindings:
    """Instances whose second stage waits for the event "go"."""
    bindings = Bindings("seed")
    bindings.bind_workflow("w1", "w", (NOOP, WAIT))
    status = [{"terminatedAt": "x"}, {"terminatedAt": "x"} if ended else {}]
    for ref in instances:
        bindings.bind_instance(ref, f"id-{ref}", "w1", {"name": "go"}, answer({"terminated": ended, "status": status}))
    return bindings


def acts_of(steps: tuple[Step, ...]) -> list[Step]:
    return [step for _, step in numbered(steps) if isinstance(step, Send | Cancel)]


def test_what_waits_is_sent_its_own_event_or_cancelled() -> None:
    found = {act for seed in SEEDS for act in acts_of(closing_steps(bindings_of("i1"), seed))}
    assert found == {Send("i1", "go"), Cancel("i1")}


def test_each_is_settled_and_looked_at_before() -> None:
    steps = closing_steps(bindings_of("i1", "i2"), "seed")
    assert isinstance(steps[0], Settle)
    assert set(steps[1:3]) == {History("i1"), History("i2")}


def test_of_a_crowd_a_few_are_acted_on_sometimes_at_once() -> None:
    crowd = bindings_of(*(f"i{number}" for number in range(50)))
    drawn = [closing_steps(crowd, seed) for seed in SEEDS]
    assert {len(acts_of(steps)) for steps in drawn} == {3}
    assert {any(isinstance(step, Together) for step in steps) for steps in drawn} == {True, False}


def test_what_has_ended_is_acted_on_now_and_then() -> None:
    drawn = [acts_of(closing_steps(bindings_of("i1", ended=True), seed)) for seed in SEEDS]
    assert {len(acts) for acts in drawn} == {0, 1}
    assert closing_steps(Bindings("seed"), "seed") == ()


def test_what_was_sent_its_event_and_still_waits_is_unheard() -> None:
    bindings = bindings_of("i1", "i2", "i3")
    for ref, event in (("i1", "go"), ("i2", "other")):
        bindings.act_on(ref, answer(None), event)
    assert still_waiting(bindings) == ["i1"]
    assert still_waiting(bindings_of("i1", ended=True)) == []


def played_with_closing(url: str, seed: str) -> Played:
    async def play() -> Played:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            steps = (Create("w1", (NOOP, WAIT, NOOP)), Run("i1", "w1", {"name": "go"}))
            return await Player(target, settler).play(Job("t0", Scenario(steps), closing=seed))

    return asyncio.run(play())


def seed_for(kind: type[Step]) -> str:
    return next(
        seed for seed in SEEDS if any(isinstance(act, kind) for act in acts_of(closing_steps(bindings_of("i1"), seed)))
    )


def test_the_acts_are_part_of_the_scenario_that_the_trace_tells(url: str) -> None:
    played = played_with_closing(url, seed_for(Send))
    told = from_json(played.trace.scenario).steps
    assert told == (*played.job.scenario.steps, Settle(), History("i1"), Send("i1", "go"))
    sent = next(e for e in played.trace.exchanges if e.operation == "sendEvent")
    assert (sent.step, sent.client) == (4, "closing")
    after = [e for e in played.trace.exchanges if e.operation == "getInstance" and e.sent > sent.received]
    assert after[-1].data["terminated"] is True


def test_what_they_show_is_judged() -> None:
    for kind, fault, rule in (
        (Cancel, "cancel-ignored", "cancel.terminates"),
        (Send, "events-swallowed", "event.matching"),
    ):
        with ReferenceProcess(ServerOptions(faults=(fault,))) as server:
            played = played_with_closing(server.url, seed_for(kind))
        assert rule in Judge().judge(played.trace).violations
