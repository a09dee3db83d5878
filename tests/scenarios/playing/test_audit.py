"""The reads after a scenario, at a target that may answer nothing any more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.scenarios.playing.audit import Audit
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import GetWorkflow, ListWorkflows, Step


class _Parties:
    """A clients that notes what is asked, without an answer; the target has been silent for long, or it is time."""

    lost = False

    def __init__(self, *, silent: bool, over: bool) -> None:
        deadline = SimpleNamespace(passed=False)
        self.target = SimpleNamespace(silence=SimpleNamespace(lasts=silent), deadline=deadline)
        self.bindings = Bindings("seed")
        self.bindings.workflows["w1"] = "id"
        self.stop = lambda: over
        self.asked: list[Step] = []

    async def perform(self, step: Step, _: object) -> None:
        self.asked.append(step)


@pytest.mark.parametrize(
    ("silent", "over", "asked"),
    [
        (False, True, [GetWorkflow, ListWorkflows]),
        (True, False, [GetWorkflow, ListWorkflows]),
        (True, True, []),
    ],
)
def test_a_silent_target_is_asked_nothing_once_it_is_time_to_stop(
    silent: bool, over: bool, asked: list[type[Step]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settled(*_: object) -> None: ...

    monkeypatch.setattr("conformance.scenarios.playing.audit.Watch.settle", settled)
    parties: Any = _Parties(silent=silent, over=over)
    asyncio.run(Audit(parties, parties, "seed").read_all())
    assert [type(step) for step in parties.asked] == asked
