"""Playing a finding's scenario again at a server."""

from __future__ import annotations

import pytest

from conformance.confirming.replaying import replay
from conformance.contract.document import load_document
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Scenario
from conformance.scenarios.scenario import model
from conformance.target import TargetConfig

CREATE = model.Create("w1", ({"noop": {}},), "named")
SCENARIO = Scenario((CREATE, model.Run("i1", "w1"), model.ListInstances("w1")), "made-up")


@pytest.mark.parametrize(("faults", "shows"), [((), False), (("terminated-as-text",), True)])
def test_each_play_is_judged_whatever_it_shows(faults: tuple[str, ...], shows: bool) -> None:
    with ReferenceProcess(ServerOptions(faults=faults)) as server:
        plays = replay(TargetConfig(url=server.url), load_document(), SCENARIO, 2)
    assert [each.trace.id for each in plays] == ["replay0", "replay1"]
    assert {each.trace.source for each in plays} == {"replay"}
    for each in plays:
        assert ("envelope.schema" in each.violations) == shows
        assert {"workflow.create-echo", "run.created"} <= each.judged
