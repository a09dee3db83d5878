"""A target that falls silent in mid-run, and answers again once it is left in peace."""

from __future__ import annotations

import asyncio

import pytest

from conformance.campaign import campaign
from conformance.campaign.concluding import RunOutcome
from conformance.campaign.ending.liveness import answers_again, until_silent
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig
from conformance.trace import Trace
from tests.target.server import Answer, RawServer, always, answer, never, serving

SILENCE = "The target stopped answering during the run."


class _Noticing(Silent):
    """Says when a dropped name was judged."""

    def __init__(self) -> None:
        self.seen = asyncio.Event()

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        if tally.violated["workflow.create-echo"]:
            self.seen.set()


def _silenced(monkeypatch: pytest.MonkeyPatch, *, again: bool) -> RunOutcome:
    """A run on a server that drops names, which falls silent as soon as that was seen."""
    observer = _Noticing()

    async def until_silent(_: Target) -> str:
        await observer.seen.wait()
        return SILENCE

    async def answers_now(_: Target) -> bool:
        return again

    monkeypatch.setattr(campaign, "until_silent", until_silent)
    monkeypatch.setattr(campaign, "answers_again", answers_now)
    with ReferenceProcess(ServerOptions(faults=("name-dropped",))) as server:
        return play(RunContext(TargetConfig(url=server.url), load_document(), Settings(profile="smoke"), observer))


@pytest.mark.parametrize("again", [True, False])
def test_what_was_seen_is_confirmed_only_where_the_target_answers_again(
    monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    outcome = _silenced(monkeypatch, again=again)
    assert outcome.lost == SILENCE
    proof = next(each for each in outcome.proofs if each.requirements[0] == "workflow.create-echo")
    assert proof.minimised == again


@pytest.mark.parametrize(("give", "expected"), [(always(answer()), True), (never, False)])
def test_whether_it_answers_again_is_asked(give: Answer, expected: bool) -> None:
    async def main() -> bool:
        async with serving(give) as server, Target(TargetConfig(url=server.url, timeout_s=0.3)) as target:
            return await answers_again(target)

    assert asyncio.run(main()) == expected


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        (0, "even GET /_info took more than 0.05 s."),
        (
            1,
            "0.05 s while 1 run with wait=true was to be answered: perhaps nothing is served beside so many that wait.",
        ),
        (4, "0.05 s while 4 runs with wait=true were to be answered:"),
    ],
)
def test_silence_is_told_with_what_the_target_had_to_do(waiting: int, told: str) -> None:
    async def main() -> str:
        async with serving(never) as server, Target(TargetConfig(url=server.url, timeout_s=0.05)) as target:
            target.gate.waiting = waiting
            return await until_silent(target)

    assert told in asyncio.run(main())


def test_runs_are_counted_while_they_wait_for_their_ends() -> None:
    counts: list[int] = []

    async def main() -> None:
        async def give(server: RawServer) -> bytes:
            if server.lines[-1].startswith("GET"):
                # Whether the workflow is somebody else's is asked first.
                return answer("{}", "404 Not Found")
            counts.append(target.gate.waiting)
            return answer()

        async with serving(give) as server, Target(TargetConfig(url=server.url)) as target:
            client = target.client(Recorder())
            for query in ((), (("wait", "true"),)):
                await client.request("POST", "/workflows/w/instances", query=query)
            counts.append(target.gate.waiting)
            await client.aclose()

    asyncio.run(main())
    assert counts == [0, 1, 0]
