"""From exchanges that show a violation to a scenario that sends the same requests."""

from __future__ import annotations

from dataclasses import replace

from conformance.confirming.reconstruction import closing_reads, scenario_of_exchanges, with_own_reads
from conformance.rules.evidence.observation import violated
from conformance.scenarios import Scenario
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import from_json, to_json
from conformance.scenarios.scenario.script import script
from conformance.trace import Trace
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for


def excerpt(t: TraceBuilder, *indices: int) -> Scenario | None:
    trace = t.trace()
    cited = [trace.exchanges[index] for index in indices]
    return scenario_of_exchanges(trace, violated(*cited, expected="this", observed="that"))


def test_what_created_the_ids_comes_along_and_nothing_else() -> None:
    t = TraceBuilder(source="operations")
    w = t.create([wait_for("go")])
    t.create([])
    i = t.run(w, {"a": "b"})
    t.workflows()
    t.send(i, "go")
    found = excerpt(t, 4)
    assert found is not None
    assert found.steps == (
        model.Create("w1", (wait_for("go"),)),
        model.Run("i2", "w1", {"a": "b"}),
        model.Send("i2", "go"),
    )


def test_a_step_names_what_is_no_id_of_any_server_as_it_is() -> None:
    t = TraceBuilder(source="operations")
    odd = 'no "such" id'
    t.get(odd)
    t.instances(odd)
    t.exchange("PATCH", "/workflows/%7B%7D", (404, None))
    t.get("nobody-s")
    found = [excerpt(t, number) for number in range(4)]
    assert [each.steps[0] for each in found if each] == [
        model.Read(r'"no \"such\" id"'),
        model.ListInstances(r'"no \"such\" id"'),
        model.Ask("getWorkflow", "PATCH", '"{}"'),
        model.Read(model.UNKNOWN),
    ]


def test_every_operation_is_a_step_about_what_it_names() -> None:
    t = TraceBuilder(source="operations")
    w = t.create([wait_for("go")], "named")
    i = t.run(w, wait=False)
    t.info()
    t.get_workflow(w)
    t.instances(w, running="true")
    t.instances()
    t.get(i)
    t.history(i)
    t.stage_history(i, 0)
    t.cancel(i)
    t.delete(w)
    found = excerpt(t, *range(len(t.exchanges)))
    assert found is not None
    assert found.steps == (
        model.Create("w1", (wait_for("go"),), "named"),
        model.Run("i2", "w1", None, False),
        model.Info(),
        model.GetWorkflow("w1"),
        model.ListInstances("w1", True),
        model.ListInstances(),
        model.Read("i2"),
        model.History("i2"),
        model.StageHistory("i2", "0"),
        model.Cancel("i2"),
        model.Delete("w1"),
    )


def test_a_read_of_the_suite_about_what_no_step_made_is_no_step() -> None:
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    other = t.create([wait_for("go")])
    for workflow in (w, other):
        t.instances(workflow, [])
        t.get_workflow(workflow)
    exchanges = tuple(replace(each, step=each.index or None) for each in t.exchanges[:1])
    exchanges += tuple(replace(each, step=None) for each in t.exchanges[1:])
    trace = Trace("t", exchanges)
    observation = violated(*exchanges[2:], expected="this", observed="that")
    scenario = Scenario((model.Create("w1", (wait_for("go"),)),))
    assert closing_reads(scenario, trace, observation, {w: "w1"}) == {
        2: model.ListInstances("w1"),
        3: model.GetWorkflow("w1"),
    }


def test_ids_of_nobody_and_bodies_that_are_no_step() -> None:
    t = TraceBuilder(source="operations")
    t.get_workflow("11111111-1111-4111-8111-111111111111")
    t.exchange("POST", "/workflows", (400, None), body=b"{")
    found = excerpt(t, 0, 1)
    assert found is not None
    assert found.steps == (model.GetWorkflow(model.UNKNOWN), model.CreateRaw("{"))
    assert len(script(found)) == 2


def test_a_configuration_that_was_taken_with_a_wrong_name_is_sent_as_it_was() -> None:
    t = TraceBuilder(source="operations")
    for name in (0, None, "flow"):
        t.create([wait_for("go")], body={"name": name, "stages": [wait_for("go")]})
    found = excerpt(t, 0, 1, 2)
    assert found is not None
    raw = '{"name":0,"stages":[{"wait_event":{"event":"go"}}]}'
    assert found.steps[0] == model.CreateRaw(raw)
    assert [getattr(step, "name", "") for step in found.steps[1:]] == [None, "flow"]


def test_an_event_in_another_form_is_sent_as_it_was() -> None:
    t = TraceBuilder(source="operations")
    i = t.run(t.create([wait_for("go")]))
    for body in ({}, {"name": 5}, {"name": "go", "more": True}):
        t.send(i, body=body, status=400)
    found = excerpt(t, 2, 3, 4)
    assert found is not None
    sent = ["{}", '{"name":5}', '{"name":"go","more":true}']
    assert found.steps[2:] == tuple(model.SendRaw("i2", text) for text in sent)


def test_a_request_that_no_step_sends_gives_no_scenario() -> None:
    t = TraceBuilder(source="operations")
    t.exchange("POST", "/workflows", (400, None), body=b"\xff")
    t.exchange("PATCH", "/nowhere", (404, None))
    assert [excerpt(t, index) for index in range(2)] == [None, None]


def test_a_request_in_no_form_of_its_operation_is_asked_as_it_is() -> None:
    t = TraceBuilder(source="operations")
    w = t.create([wait_for("go")])
    i = t.run(w)
    t.instances(workflow=w, running="AAA")
    t.exchange("PATCH", f"/workflows/{w}", (404, None))
    t.exchange("POST", f"/instances/{i}/abort", (204, None), body=b"{}")
    found = [excerpt(t, index) for index in (2, 3, 4)]
    asked = [
        model.Ask("listInstances", workflow="w1", query={"running": "AAA"}),
        model.Ask("getWorkflow", "PATCH", workflow="w1"),
        model.Ask("cancelEvent", "POST", instance="i2", body="{}"),
    ]
    assert [each.steps[-1] for each in found if each] == asked
    assert [len(each.steps) for each in found if each] == [2, 2, 3]
    assert [script(each)[-1] for each in found if each] == [
        "listInstances of w1, with ?running=AAA",
        "getWorkflow of w1, by PATCH",
        'cancelEvent of i2, by POST, with the raw body "{}"',
    ]


def test_a_query_that_is_not_due_is_sent_again() -> None:
    t = TraceBuilder(source="operations")
    w = t.create([])
    t.exchange("GET", f"/workflows/{w}", (500, None), query=[("verbose", "1")])
    t.exchange("GET", "/_info", (500, None), query=[("verbose", "1")])
    t.exchange("POST", f"/workflows/{w}/instances", (500, None), query=[("wait", "AAA")])
    found = [excerpt(t, index) for index in (1, 2, 3)]
    assert [each.steps[-1] for each in found if each] == [
        model.Ask("getWorkflow", workflow="w1", query={"verbose": "1"}),
        model.Ask("getServerInfo", query={"verbose": "1"}),
        model.Ask("runWorkflow", workflow="w1", query={"wait": "AAA"}),
    ]


BEGIN = (model.Create("w1", (wait_for("go"),)), model.Run("i1", "w1"))
END = (model.Settle(), model.History("i1"), model.Cancel("i1"))


def read_before_closing() -> Trace:
    """A play whose instance the suite read twice in between, and once at the end."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]))
    t.get(i)
    t.stage_history(i, 1, [])
    t.history(i, [])
    t.cancel(i)
    t.get(i)
    clients = ["1", "1", "audit", "audit", "closing", "closing", "audit"]
    steps = [0, 1, None, None, 3, 4, None]
    exchanges = tuple(
        replace(each, client=client, step=step) for each, client, step in zip(t.exchanges, clients, steps, strict=True)
    )
    return Trace("t", exchanges, scenario=to_json(Scenario((*BEGIN, *END), "closing")))


def test_what_the_suite_read_before_the_closing_steps_becomes_steps_before_them() -> None:
    trace = read_before_closing()
    found = with_own_reads(trace)
    assert found is not None
    reads = (model.Read("i1"), model.StageHistory("i1", "1"))
    assert from_json(found.scenario) == Scenario((*BEGIN, model.Settle(), *reads, *END[1:]), "closing")
    assert [each.step for each in found.exchanges] == [0, 1, 3, 4, 5, 6, None]
    begun = replace(trace, exchanges=trace.exchanges[:4], scenario=to_json(Scenario(BEGIN)))
    assert with_own_reads(begun) is None


def test_of_the_suites_own_reads_only_the_wanted_ones_become_steps() -> None:
    trace = read_before_closing()
    found = with_own_reads(trace, only=(3, 5, 6))
    assert found is not None
    assert from_json(found.scenario).steps == (*BEGIN, model.Settle(), model.StageHistory("i1", "1"), *END[1:])
    assert [each.step for each in found.exchanges] == [0, 1, None, 3, 4, 5, None]
    # What was read after everything is read after everything again.
    assert with_own_reads(trace, only=(5, 6)) is None
