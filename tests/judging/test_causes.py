"""One cause, one finding."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from conformance.contract.requirements import load_requirements
from conformance.judging.causes import Causes
from conformance.judging.places import Sighting
from conformance.judging.tally import Case, Tally
from conformance.rules.evidence.observation import Observation, violated
from conformance.trace import Trace
from tests.rules.build import TraceBuilder

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


def sighting(
    subject: str = "w", field: str = "", *, acts: Collection[int] = (), operation: str = "getWorkflow", since: int = 0
) -> Sighting:
    place = (subject, field) if field else (f"t#{subject}", "")
    return Sighting("t", subject, place, frozenset(("t", each) for each in acts), operation, since)


def seen(well: int = 0, /, **sightings: Collection[Sighting]) -> Tally:
    """What was seen of some requirements, each upheld for ``well`` other instances or workflows."""
    made = Tally(runs=100)
    for name, found in sightings.items():
        requirement = name.replace("__", "-").replace("_", ".", 1).replace("_", "-")
        made.cases[requirement], made.sightings[requirement] = [], set(found)
        made.violating_traces[requirement] = {each.trace for each in found}
        made.subjects[requirement, False] = {each.subject for each in found}
        made.subjects[requirement, True] = {f"well{n}" for n in range(well)}
        made.violated[requirement], made.upheld[requirement] = len(found), well
    return made


def explained(seen: Tally, cause: str, *together: str, rests: Mapping[str, Collection[str]] | None = None) -> list[str]:
    return Causes(CATALOGUE, seen, rests).explained_by(cause, together)


def test_what_was_never_violated_itself_is_followed_by_nothing() -> None:
    causes = Causes(CATALOGUE, tally(list_running=("a", {"i"})))
    assert not causes.may_follow("run.created", "list.running")


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


@pytest.mark.parametrize(
    ("others", "operation", "follows"),
    [(3, "getInstance", False), (19, "getInstance", True), (3, "listInstances", True)],
)
def test_what_fails_for_nearly_all_that_another_is_judged_for_explains_only_what_does_so_too_or_shows_there(
    others: int, operation: str, follows: bool
) -> None:
    ended = {f"i{n}" for n in range(20)}
    some = {f"i{n}" for n in range(others)}
    seen = tally(run_then__list=("a b", ended), run_completes=("a", some))
    seen.subjects["run.completes", True] = ended - some
    for requirement, instances, shown in (
        ("run.then-list", ended, "listInstances"),
        ("run.completes", some, operation),
    ):
        # Each in an answer of its own.
        seen.sightings[requirement] = {
            sighting(f"{requirement} {each}", operation=shown)._replace(subject=each) for each in instances
        }
    assert explained(seen, "run.then-list") == (["run.completes"] if follows else [])


def test_what_always_goes_along_in_the_minimal_trace_is_explained() -> None:
    seen = tally(workflow_create__echo=("a b", set()), envelope_schema=("a", set()))
    assert explained(seen, "workflow.create-echo", "envelope.schema") == ["envelope.schema"]
    assert explained(seen, "workflow.create-echo") == []


def test_where_cancelling_never_works_its_family_is_explained() -> None:
    seen = tally(cancel_terminates=("a", {"i1"}), history_cancelled=("b", {"i1", "i7"}), event_matching=("c", {"i8"}))
    assert explained(seen, "cancel.terminates") == ["history.cancelled"]


@pytest.mark.parametrize(
    ("known", "well", "ways", "follows"), [(2, 50, 1, True), (1, 50, 1, False), (2, 4, 1, False), (2, 50, 2, False)]
)
def test_where_the_cause_was_not_judged_the_other_instances_tell(
    known: int, well: int, ways: int, follows: bool
) -> None:
    common = {f"i{n}" for n in range(known)}
    seen = tally(cancel_terminates=("a", common), list_running=("a b", {*common, "unread"}))
    seen.subjects["cancel.terminates", True] = {f"well{n}" for n in range(well)}
    trace = created()
    seen.ways["list.running"] = {("listInstances", f"way {n}"): Case(trace, ()) for n in range(ways)}
    assert (explained(seen, "cancel.terminates") == ["list.running"]) == follows


def test_what_nobody_has_made_takes_no_instance_along() -> None:
    seen = tally(run_unknown__workflow=("a", {"u1", "u2", "u3"}), run_completes=("b", {"i1", "i2", "u1"}))
    assert explained(seen, "run.unknown-workflow") == []


def test_what_rests_on_a_history_out_of_order_follows_from_it() -> None:
    seen = tally(2, history_stages=("a", {"i1", "i2"}), event_once=("b", {"i1"}), event_malformed=("b", {"i9"}))
    assert explained(seen, "history.stages", rests={"history.stages": {"history.stages", "event.once"}}) == [
        "event.once"
    ]
    assert explained(seen, "history.stages") == []


def test_a_history_out_of_order_comes_before_all_that_is_read_of_instances() -> None:
    rank = Causes(CATALOGUE, Tally(), {"history.stages": {"history.stages", "cancel.terminates"}}).rank
    assert rank("workflow.create-echo") < rank("history.stages") < rank("cancel.terminates")


@pytest.mark.parametrize("rests", [{}, {"history.stages": {"history.stages"}}])
def test_what_nothing_else_rests_on_keeps_its_place(rests: dict[str, set[str]]) -> None:
    rank = Causes(CATALOGUE, Tally(), rests).rank
    assert rank("history.stages") > rank("cancel.terminates")


@pytest.mark.parametrize(
    ("cause", "operation", "follows"),
    [
        # A deleted workflow that can still be read is not deleted: so it can be run and deleted again as well.
        ("workflow.get-deleted", "getWorkflow", True),
        # Each of these requests may be wrong on its own.
        ("workflow.run-deleted", "runWorkflow", False),
    ],
)
def test_only_a_read_tells_of_an_act_what_all_later_requests_follow_from(
    cause: str, operation: str, follows: bool
) -> None:
    one, other = sighting(acts=[3], operation=operation), sighting("x", acts=[3], operation="deleteWorkflow")
    made = seen(**{"workflow_" + cause.split(".")[1].replace("-", "__"): [one], "workflow_delete__deleted": [other]})
    assert explained(made, cause) == (["workflow.delete-deleted"] if follows else [])


def test_an_act_explains_only_a_requirement_that_is_violated_nowhere_else() -> None:
    read, again = sighting(acts=[3]), sighting("x", acts=[3], operation="deleteWorkflow")
    elsewhere = sighting("y", operation="deleteWorkflow")
    made = seen(workflow_get__deleted=[read], workflow_delete__deleted=[again, elsewhere])
    assert explained(made, "workflow.get-deleted") == []


def test_what_is_not_there_is_not_there_for_anybody() -> None:
    gone = [sighting(each, "(absent)") for each in "vw"]
    made = seen(workflow_create__then__get=gone, workflow_create__then__list=gone, run_created=gone[:1])
    assert explained(made, "workflow.create-then-get") == ["workflow.create-then-list", "run.created"]
    made = seen(workflow_create__then__get=gone, workflow_create__then__list=[sighting("x", "(absent)")])
    assert explained(made, "workflow.create-then-get") == []


@pytest.mark.parametrize(("unread", "upheld", "follows"), [(1, False, True), (1, True, False), (5, False, False)])
def test_a_few_for_which_the_cause_was_not_judged_say_nothing_against_it(
    unread: int, upheld: bool, follows: bool
) -> None:
    both = [sighting(f"i{n}", "workflowID") for n in range(20)]
    more = [sighting(f"u{n}", "workflowID") for n in range(unread)]
    lost = sighting("lost", "workflowID")
    found = seen(run_created=[*both, lost], run_then__get=[*both, *more, sighting("late", "workflowID")])
    found.subjects["run.created", True] = {"late"} if upheld else set()
    # With so few runs nothing follows from another for being violated for the same instances alone.
    found.runs = 0
    assert ("run.then-get" in explained(found, "run.created")) == follows


UNKNOWN = "getWorkflow: 404 INTERNAL for 404 NOT_FOUND"


@pytest.mark.parametrize(
    ("deleted", "follows"),
    [
        ([UNKNOWN], True),
        ([UNKNOWN, "getWorkflow: 410 NOT_FOUND for 404 NOT_FOUND"], False),
        (["runWorkflow: 404 INTERNAL for 404 NOT_FOUND"], False),
        ([UNKNOWN, ""], False),
    ],
)
def test_what_is_refused_in_the_same_wrong_way_has_one_cause(deleted: list[str], follows: bool) -> None:
    wrong = [sighting(f"w{n}")._replace(refusal=each) for n, each in enumerate(deleted)]
    found = seen(workflow_get__unknown=[sighting("u")._replace(refusal=UNKNOWN)], workflow_get__deleted=wrong)
    assert explained(found, "workflow.get-unknown") == (["workflow.get-deleted"] if follows else [])


@pytest.mark.parametrize(
    ("operations", "follow"),
    [
        (("createWorkflow", "runWorkflow", "sendEvent"), ["event.malformed", "run.bad-variables"]),
        (("createWorkflow", "runWorkflow"), []),
    ],
)
def test_what_three_operations_refuse_in_the_same_wrong_way_has_one_cause(
    operations: tuple[str, ...], follow: list[str]
) -> None:
    requirements = ("workflow_create__malformed", "run_bad__variables", "event_malformed")
    wrong = {
        name: [sighting(name, operation=operation)._replace(refusal=f"{operation}: 422 VALIDATION for 400 VALIDATION")]
        for name, operation in zip(requirements, operations, strict=False)
    }
    assert sorted(explained(seen(**wrong), "workflow.create-malformed")) == follow


def _missing(operation: str, *, acts: Collection[int] = ()) -> list[Sighting]:
    return [sighting(f"{operation}{n}", "(absent)", acts=acts, operation=operation) for n in range(2)]


@pytest.mark.parametrize(
    ("other", "follows"),
    [
        (_missing("listInstances"), True),
        (_missing("listInstances", acts=[3]), False),
        (_missing("listWorkflows"), False),
        ([*_missing("listInstances"), sighting("i", "status", operation="listInstances")], False),
    ],
)
def test_what_the_same_lists_lack_has_one_cause(other: list[Sighting], follows: bool) -> None:
    cause = [sighting(f"i{n}", "(absent)", operation="listInstances") for n in range(3)]
    found = seen(run_then__list=cause, stage_monotone=other)
    assert explained(found, "run.then-list") == (["stage.monotone"] if follows else [])
    assert explained(found, "stage.monotone") == []


@pytest.mark.parametrize(
    ("hanging", "well", "follows"), [([True, True], 4, True), ([True, False], 4, False), ([True, True], 0, False)]
)
def test_what_never_ends_as_seldom_as_other_instances_has_one_cause(
    hanging: list[bool], well: int, follows: bool
) -> None:
    failing = [sighting(f"f{n}")._replace(hangs=each) for n, each in enumerate(hanging)]
    found = seen(8, run_completes=[sighting(f"i{n}")._replace(hangs=True) for n in range(2)], run_stage__fails=failing)
    found.subjects["run.stage-fails", True] = {f"well{n}" for n in range(well)}
    assert explained(found, "run.completes") == (["run.stage-fails"] if follows else [])


@pytest.mark.parametrize(
    ("unheard", "well", "others", "follows"),
    [
        ([True, True], 0, 3, True),
        ([True, False], 0, 3, False),
        ([True, True], 2, 3, False),
        ([True, True], 0, 2, False),
    ],
)
def test_where_events_do_nothing_those_that_come_early_have_no_cause_of_their_own(
    unheard: list[bool], well: int, others: int, follows: bool
) -> None:
    early = [sighting(f"e{n}")._replace(unheard=each) for n, each in enumerate(unheard)]
    plain = [sighting(f"i{n}")._replace(unheard=True) for n in range(others)]
    found = seen(event_matching=plain, event_early=early)
    found.subjects["event.matching", True] = {f"well{n}" for n in range(well)}
    assert explained(found, "event.matching") == (["event.early"] if follows else [])


@pytest.mark.parametrize(("deaf", "well", "follows"), [(1, 4, True), (3, 1, False), (2, 0, False)])
def test_where_some_events_do_nothing_those_of_bursts_that_do_so_no_more_often_have_no_cause_of_their_own(
    deaf: int, well: int, follows: bool
) -> None:
    bursts = [sighting(f"b{n}")._replace(unheard=True) for n in range(deaf)]
    found = seen(event_matching=[sighting(f"i{n}")._replace(unheard=True) for n in range(3)], event_burst=bursts)
    found.subjects["event.matching", True] = {f"well{n}" for n in range(12)}
    found.subjects["event.burst", True] = {f"more{n}" for n in range(well)}
    assert explained(found, "event.matching") == (["event.burst"] if follows else [])


def test_what_follows_from_several_causes_together_has_none_of_its_own() -> None:
    amounts, names = sighting("v", "config/stages/0/send"), sighting("w", "config/name")
    other = sighting("w", "terminated")
    causes = {"workflow_create__echo": [amounts], "workflow_create__then__get": [names]}
    both = Causes(CATALOGUE, seen(**causes, workflow_immutable=[amounts, names]))
    told = ["workflow.create-echo", "workflow.create-then-get"]
    assert both.covered("workflow.immutable", told) in told
    assert both.covered("workflow.immutable", told[:1]) is None
    more = Causes(CATALOGUE, seen(**causes, workflow_immutable=[amounts, names, other]))
    assert more.covered("workflow.immutable", told) is None


def test_what_an_instance_does_after_it_went_wrong_follows_from_that() -> None:
    early, late = sighting("i", "status/0", since=6), sighting("i", since=11)
    made = seen(30, event_other=[early], event_matching=[late])
    assert Causes(CATALOGUE, made).in_order() == ["event.other", "event.matching"]
    assert explained(made, "event.other") == ["event.matching"]


@pytest.mark.parametrize(
    ("well", "late"),
    [
        # The cause is violated for each second instance: that it was for this one as well is chance.
        (1, [sighting("i", since=11)]),
        (30, [sighting("i", since=11), sighting("k", since=11)]),
        (30, [sighting("i", since=2)]),
    ],
)
def test_what_another_instance_does_or_did_before_does_not(well: int, late: list[Sighting]) -> None:
    made = seen(well, event_other=[sighting("i", "status/0", since=6)], event_matching=late)
    assert explained(made, "event.other") == []
    assert Causes(CATALOGUE, made).in_order()[0] == "event.matching"


def created() -> Trace:
    t = TraceBuilder()
    t.create([{"noop": {}}], "name")
    t.create([{"noop": {}}], "name")
    return t.trace()


def at(trace: Trace, index: int, pointer: str) -> list[Observation]:
    subject = str(trace.at(index).data["id"])
    return [violated(trace.at(index), expected="a", observed="b", subject=subject, pointer=pointer)]


@pytest.mark.parametrize(
    ("pointer", "well", "along"),
    [
        ("/data/config/name", 0, True),
        # It is violated for each workflow, so also for this one.
        ("/data/updatedAt", 0, False),
        # It is violated for each second one.
        ("/data/updatedAt", 1, False),
        # It is seldom violated, so it has a reason to be so here.
        ("/data/updatedAt", 9, True),
    ],
)
def test_what_is_often_violated_must_show_in_the_same_place(pointer: str, well: int, along: bool) -> None:
    trace = created()
    found = {"workflow.create-echo": at(trace, 0, "/data/config/name"), "envelope.schema": at(trace, 0, pointer)}
    causes = Causes(CATALOGUE, seen(well, envelope_schema=[sighting("v", "x")]))
    assert causes.along("workflow.create-echo", trace, found) == ({"envelope.schema"} if along else set())


@pytest.mark.parametrize(
    ("index", "well", "minimal", "behind"),
    [(0, 9, True, True), (0, 0, True, False), (0, 9, False, False), (1, 9, True, False)],
)
def test_what_cannot_be_had_without_another_one_follows_from_it(
    index: int, well: int, minimal: bool, behind: bool
) -> None:
    """For the same workflow, in a minimal trace, and not because the other one is violated for every workflow."""
    trace = created()
    found = {"workflow.create-then-get": at(trace, index, "/data"), "workflow.delete": at(trace, 0, "/data/updatedAt")}
    causes = Causes(CATALOGUE, seen(well, workflow_create__then__get=[sighting()]))
    shown = causes.behind("workflow.delete", trace, found, minimal=minimal)
    assert shown == ({"workflow.create-then-get"} if behind else set())
    assert causes.behind("workflow.create-then-get", trace, found, minimal=minimal) == set()


@pytest.mark.parametrize(("judged", "behind"), [(10, True), (1, False)])
def test_what_is_violated_in_most_traces_is_the_cause_of_nothing_for_being_about_one_workflow(
    judged: int, behind: bool
) -> None:
    trace = created()
    found = {"workflow.create-then-get": at(trace, 0, "/data"), "workflow.delete": at(trace, 0, "/data/updatedAt")}
    tally = seen(9, workflow_create__then__get=[sighting()])
    tally.violating_traces["workflow.create-then-get"] = {"t"}
    tally.judged_traces["workflow.create-then-get"] = judged
    shown = Causes(CATALOGUE, tally).behind("workflow.delete", trace, found, minimal=True)
    assert shown == ({"workflow.create-then-get"} if behind else set())
