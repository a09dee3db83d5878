"""One cause, one finding."""

from __future__ import annotations

from collections.abc import Collection

from conformance.contract.requirements import load_requirements
from conformance.judging.causes import Causes
from conformance.judging.tally import Tally

CATALOGUE = load_requirements()


def tally(runs: int = 100, **violations: tuple[str, set[str]]) -> Tally:
    """``requirement=(traces, instances)``, with - and . of the id as __ and _."""
    made = Tally(runs=runs)
    for name, (traces, instances) in violations.items():
        requirement = name.replace("__", "-").replace("_", ".", 1).replace("_", "-")
        made.cases[requirement] = []
        made.violating_traces[requirement] = set(traces.split())
        made.subjects[requirement, False] = instances
    return made


def explained(seen: Tally, cause: str, *together: str, on_history: Collection[str] = ()) -> list[str]:
    return Causes(CATALOGUE, seen, on_history).explained_by(cause, together)


def test_causes_come_before_what_follows_from_them() -> None:
    rank = Causes(CATALOGUE, Tally()).rank
    assert rank("envelope.schema") < rank("cancel.terminates") < rank("list.running") < rank("cancel.error")
    assert rank("run.variables") < rank("event.matching") < rank("run.delay-until")


def test_what_fails_for_the_same_instances_is_explained() -> None:
    seen = tally(cancel_terminates=("a b", {"i1", "i2"}), list_running=("c", {"i1"}))
    assert explained(seen, "cancel.terminates") == ["list.running"]


def test_what_also_fails_for_others_is_not_explained() -> None:
    seen = tally(cancel_terminates=("a", {"i1"}), list_running=("a b", {"i1", "i9"}))
    assert explained(seen, "cancel.terminates", "list.running") == []


def test_what_fails_for_nearly_every_instance_explains_no_other_instances_failures() -> None:
    everyone = {f"i{n}" for n in range(10)}
    seen = tally(10, cancel_terminates=("a", everyone), list_running=("b", {"i1"}))
    assert explained(seen, "cancel.terminates") == []


def test_what_always_goes_along_in_the_minimal_trace_is_explained() -> None:
    seen = tally(workflow_create__echo=("a b", set()), envelope_schema=("a", set()))
    assert explained(seen, "workflow.create-echo", "envelope.schema") == ["envelope.schema"]
    assert explained(seen, "workflow.create-echo") == []


def test_where_cancelling_never_works_its_family_is_explained() -> None:
    seen = tally(cancel_terminates=("a", {"i1"}), history_cancelled=("b", {"i7"}), event_matching=("c", {"i8"}))
    assert explained(seen, "cancel.terminates") == ["history.cancelled"]


def test_what_rests_on_a_history_out_of_order_follows_from_it() -> None:
    seen = tally(2, history_stages=("a", {"i1", "i2"}), event_once=("b", {"i1"}), event_malformed=("b", {"i9"}))
    assert explained(seen, "history.stages", on_history={"history.stages", "event.once"}) == ["event.once"]
    assert explained(seen, "history.stages") == []


def test_a_history_out_of_order_comes_before_all_that_is_read_of_instances() -> None:
    rank = Causes(CATALOGUE, Tally(), {"history.stages"}).rank
    assert rank("workflow.create-echo") < rank("history.stages") < rank("cancel.terminates")
    assert Causes(CATALOGUE, Tally()).rank("history.stages") > rank("cancel.terminates")
