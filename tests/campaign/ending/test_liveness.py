"""A target that falls silent in mid-run, and answers again once it is left in peace."""

from __future__ import annotations

import asyncio

import pytest

from conformance.campaign import campaign
from conformance.campaign.concluding import RunOutcome
from conformance.campaign.ending.liveness import answers_again
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Target, TargetConfig
from conformance.trace import Trace
from tests.target.server import Answer, always, answer, never, serving

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
