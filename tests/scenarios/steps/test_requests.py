from __future__ import annotations

import pytest

from conformance.contract.api import V1
from conformance.contract.calls import PreparedRequest
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import from_json, to_json
from conformance.scenarios.scenario.model import StageConfig
from conformance.scenarios.scenario.relative_times import Moment, concrete, relative_time
from conformance.scenarios.steps.registry import KINDS, acts, asked, kind_of
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
        (model.Ask("sendEvent", instance="i", body="x"), "sendEvent"),
        (model.Ask("getInstanceStageHistory", instance="i", number="-1"), "getInstanceStageHistory"),
    ],
)
def test_a_step_means_its_operation(step: model.Step, operation: str) -> None:
    wanted = prepared(step)
    found = V1.match(wanted.method, wanted.path)
    assert found is not None
    assert found.operation.id == operation


def prepared(step: model.Step) -> PreparedRequest:
    wanted = asked(step, place)
    assert wanted is not None
    return V1.prepare(wanted)


def test_bodies_and_queries() -> None:
    assert prepared(model.Run("i", "w", {"a": "é"}, wait=True)) == PreparedRequest(
        "POST", "/workflows/id-of-w/instances", (("wait", "true"),), '{"a":"é"}'
    )
    bodies = [prepared(model.Send("i", name)).body for name in ("é", "éé")]
    assert bodies == ['{"name":"é"}', '{"name":"\\u00e9\\u00e9"}']
    assert prepared(model.Run("i", "w")) == PreparedRequest("POST", "/workflows/id-of-w/instances")
    assert prepared(model.ListInstances("w", running=False)) == PreparedRequest(
        "GET", "/instances", (("workflowID", "id-of-w"), ("running", "false"))
    )
    assert prepared(model.Create("w", ({"noop": {}},), "")) == PreparedRequest(
        "POST", "/workflows", body='{"stages":[{"noop":{}}],"name":""}'
    )
    assert prepared(model.StageHistory("i", "0 /1")).path == "/instances/id-of-i/stages/0%20%2F1/history"
    assert prepared(model.Run("i", "w", wait=False)) == PreparedRequest(
        "POST", "/workflows/id-of-w/instances", (("wait", "false"),)
    )
    assert prepared(model.SendRaw("i", "")) == PreparedRequest("POST", "/instances/id-of-i/events")
    assert asked(model.Settle(), place) is None


def test_another_method_and_any_query() -> None:
    cancelling = model.Ask("cancelEvent", "POST", instance="i")
    assert prepared(cancelling) == PreparedRequest("POST", "/instances/id-of-i/abort")
    listing = model.Ask("listInstances", workflow="w", query={"running": "AAA"})
    query = (("running", "AAA"), ("workflowID", "id-of-w"))
    assert prepared(listing) == PreparedRequest("GET", "/instances", query)
    scenario = model.Scenario((cancelling, listing))
    assert from_json(to_json(scenario)) == scenario


def test_every_kind_is_a_request_or_is_played_and_printed_in_its_own_way() -> None:
    nested = (model.Chain, model.Together)
    for kind in KINDS.values():
        asks = kind.action is not None or kind.asks is not None
        assert asks != (kind.play is not None)
        own = kind.shell is not None and kind.python is not None
        assert own == (not asks and not issubclass(kind.type, nested))


def test_what_changes_something_and_binds_nothing_is_an_act() -> None:
    acting = {"send", "send_raw", "cancel", "delete", "run_raw", "create_raw"}
    steps = [
        model.Send("i", "go"),
        model.SendRaw("i", "x"),
        model.Cancel("i"),
        model.Delete("w"),
        model.RunRaw("w", "x"),
    ]
    others = [model.Create("w", ()), model.Run("i", "w"), model.Read("i"), model.Info(), model.Pause(1)]
    assert {kind_of(step).name for step in [*steps, model.CreateRaw("x"), *others] if acts(step)} == acting


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
        {"delay": {"until": "1970-01-01T05:30:01.5+05:30"}},
        {"delay": {"until": "1969-12-31T17:00:01.5-07:00"}},
        {"delay": {"until": "2020-01-01T00:00:00Z"}},
        {"noop": {}},
    ]


def test_a_lead_moves_what_is_to_come_and_nothing_else() -> None:
    stages: tuple[StageConfig, ...] = tuple({"delay": {"until": text}} for text in ("now+1s", "now-1s"))
    now, lead = 100 * SECOND, 5 * SECOND
    assert concrete(stages, now, lead) == [
        {"delay": {"until": "1970-01-01T00:01:46.000000000Z"}},
        {"delay": {"until": "1970-01-01T00:01:39.000000000Z"}},
    ]
