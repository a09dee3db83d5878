from __future__ import annotations

import pytest

from conformance.contract.api import V1
from conformance.scenarios.playing.calls import Call, Moment, call, concrete, relative_time
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import StageConfig
from conformance.wire.instant import SECOND


def place(ref: str) -> str:
    return f"id-of-{ref}"


@pytest.mark.parametrize(
    ("step", "operation"),
    [
        (model.Create("w", ()), "createWorkflow"),
        (model.CreateRaw("x"), "createWorkflow"),
        (model.Run("i", "w"), "runWorkflow"),
        (model.RunRaw("w", "x"), "runWorkflow"),
        (model.Send("i", "go"), "sendEvent"),
        (model.SendRaw("i", ""), "sendEvent"),
        (model.Cancel("i"), "cancelEvent"),
        (model.Read("i"), "getInstance"),
        (model.History("i"), "getInstanceHistory"),
        (model.StageHistory("i", "0 /1"), "getInstanceStageHistory"),
        (model.GetWorkflow("w"), "getWorkflow"),
        (model.ListWorkflows(), "listWorkflows"),
        (model.ListInstances(), "listInstances"),
        (model.Delete("w"), "deleteWorkflow"),
        (model.Info(), "getServerInfo"),
    ],
)
def test_a_step_means_its_operation(step: model.Step, operation: str) -> None:
    wanted = call(step, place)
    assert wanted is not None
    found = V1.match(wanted.method, wanted.path)
    assert found is not None
    assert found.operation.id == operation


def test_bodies_and_queries() -> None:
    assert call(model.Run("i", "w", {"a": "é"}, wait=True), place) == Call(
        "POST", "/workflows/id-of-w/instances", (("wait", "true"),), '{"a":"é"}'
    )
    names = [call(model.Send("i", name), place) for name in ("é", "éé")]
    assert [made and made.body for made in names] == ['{"name":"é"}', '{"name":"\\u00e9\\u00e9"}']
    assert call(model.Run("i", "w"), place) == Call("POST", "/workflows/id-of-w/instances")
    assert call(model.ListInstances("w", running=False), place) == Call(
        "GET", "/instances", (("workflowID", "id-of-w"), ("running", "false"))
    )
    assert call(model.Create("w", ({"noop": {}},), ""), place) == Call(
        "POST", "/workflows", body='{"stages":[{"noop":{}}],"name":""}'
    )
    assert call(model.ListInstances("w"), str.upper, place) == Call("GET", "/instances", (("workflowID", "id-of-w"),))
    assert call(model.Run("i", "w", wait=False), place) == Call(
        "POST", "/workflows/id-of-w/instances", (("wait", "false"),)
    )
    assert call(model.SendRaw("i", ""), place) == Call("POST", "/instances/id-of-i/events")
    assert call(model.Settle(), place) is None


def test_relative_dates_become_concrete_ones() -> None:
    assert relative_time("now+300ms") == Moment(300_000_000)
    assert relative_time("now-1s") == Moment(-SECOND)
    assert relative_time("now+1s@+05:30") == Moment(SECOND, 330)
    assert relative_time("now+1s@-07:00") == Moment(SECOND, -420)
    assert relative_time("2020-01-01T00:00:00Z") is None
    stages: tuple[StageConfig, ...] = (
        {"delay": {"until": "now+1s"}},
        {"delay": {"until": "now+1s@+05:30"}},
        {"delay": {"until": "now+1s@-07:00"}},
        {"delay": {"until": "2020-01-01T00:00:00Z"}},
        {"noop": {}},
    )
    assert concrete(stages, 0) == [
        {"delay": {"until": "1970-01-01T00:00:01.000000000Z"}},
        {"delay": {"until": "1970-01-01T05:30:01.0+05:30"}},
        {"delay": {"until": "1969-12-31T17:00:01.0-07:00"}},
        {"delay": {"until": "2020-01-01T00:00:00Z"}},
        {"noop": {}},
    ]
