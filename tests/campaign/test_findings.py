"""What a finding says of the operations that it is about."""

from __future__ import annotations

from conformance.campaign.findings import Proof, build_finding, finding_id
from conformance.contract.requirements import load_requirements
from conformance.rules.observation import violated
from tests.rules.build import TraceBuilder
from tests.rules.lives import wait_for


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
