"""What a finding says of the operations that it is about."""

from __future__ import annotations

import shlex
from dataclasses import replace

from conformance.confirming.findings import LOST, UNPLAYABLE, Proof, build_finding
from conformance.contract.requirements import load_requirements
from conformance.results.known.ways import finding_id
from conformance.rules.evidence.observation import violated
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Create, Run, Scenario, Until
from conformance.trace import Trace
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for


def test_a_finding_names_the_operation_that_shows_it_and_those_that_the_rule_is_about() -> None:
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]))
    t.cancel(i)
    t.get(i, [(5, None)])
    trace = t.trace()
    observation = violated(*trace.exchanges, expected="it terminates", observed="it runs")
    finding = build_finding(Proof(("cancel.terminates",), trace, observation), load_requirements())
    assert finding.operations[0] == "getInstance"
    assert "cancelEvent" in finding.operations
    assert "createWorkflow" not in finding.operations
    assert finding.id == finding_id("cancel.terminates", ["getInstance"])


def audited(scenario: Scenario) -> Trace:
    """What playing a scenario of a create and a run leaves: its requests, and reads of the suite's own."""
    t = TraceBuilder(source="scenario")
    w = t.create([wait_for("go")])
    i = t.run(w)
    t.instances(w, [i], running="true")
    t.stage_history(i, 0, [])
    t.workflows()
    exchanges = tuple(replace(each, step=each.index if each.index < 2 else None) for each in t.trace().exchanges)
    return replace(t.trace(), exchanges=exchanges, scenario=to_json(scenario))


def test_reads_of_the_suite_itself_that_show_a_violation_are_steps_of_script_and_snippets() -> None:
    trace = audited(Scenario((Create("w1", (wait_for("go"),)), Run("i1", "w1"))))
    observation = violated(*trace.exchanges[2:4], expected="one thing", observed="another")
    finding = build_finding(Proof(("list.running",), trace, observation), load_requirements())
    assert finding.script[2:] == [
        "once all is due: list running=true instances of w1",
        "once all is due: read the history of stage 0 of i1",
    ]
    assert '"/instances?workflowID=$(ref w1)&running=true"' in finding.curl
    assert "'/instances/{i1}/stages/0/history'" in finding.python
    assert '"/workflows"' not in finding.curl.replace('POST "/workflows"', "")
    assert "# Observed: another" in finding.curl


def test_what_no_scenario_shows_is_one_exchange_of_two_kilobytes() -> None:
    """Where the target could not be asked again, all that is known of it is shown."""
    t = TraceBuilder(source="operations")
    t.create([])
    t.exchange("POST", "/workflows", (500, None), body=b"\xff" * 9000)
    trace = t.trace()
    observation = violated(*trace.exchanges, expected="400", observed="500")
    lengths = {}
    for why in (UNPLAYABLE, LOST):
        proof = Proof(("envelope.no-5xx",), trace, observation, not_replayed=why)
        finding = build_finding(proof, load_requirements())
        lengths[why] = [len(each.request_body or "") for each in finding.exchanges]
        assert finding.scenario is None
        assert finding.marks[0].exchange == len(finding.exchanges) - 1
    assert len(lengths[UNPLAYABLE]) == 1
    assert lengths[UNPLAYABLE][0] < 1100
    assert lengths[LOST][-1] > 9000


def test_without_a_scenario_the_requests_are_told_with_the_ids_and_bodies_that_they_had() -> None:
    t = TraceBuilder(source="operations")
    w = t.create([wait_for("it's time")])
    t.delete(w, status=500)
    trace = t.trace()
    observation = violated(*trace.exchanges, expected="204", observed="500")
    finding = build_finding(Proof(("envelope.no-5xx",), trace, observation, not_replayed=LOST), load_requirements())
    _, created, deleted = finding.curl.splitlines()
    assert shlex.split(created)[-1] == '{"stages":[{"wait_event":{"event":"it\'s time"}}]}'
    assert deleted == f"curl -sS -i -X DELETE http://server/workflows/{w}"


def test_of_the_reads_of_a_step_that_polls_the_last_is_shown_and_those_cited() -> None:
    t = TraceBuilder(source="scenario")
    i = t.run(t.create([wait_for("go")]))
    for _ in range(5):
        t.history(i, [(5, None)])
    exchanges = tuple(replace(each, step=min(each.index, 2)) for each in t.trace().exchanges)
    scenario = Scenario((Create("w1", (wait_for("go"),)), Run("i1", "w1"), Until("i1", "waiting")))
    trace = replace(t.trace(), exchanges=exchanges, scenario=to_json(scenario))
    observation = violated(trace.at(1), trace.at(3), expected="one thing", observed="another")
    finding = build_finding(Proof(("history.stages",), trace, observation), load_requirements())
    assert [each.index for each in finding.exchanges] == [0, 1, 3, 6]
