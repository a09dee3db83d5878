"""What rests on lists that tell the ids of instances in another form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

ID = "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"
Form = Callable[[str], str]


def listed(form: Form, *, deleted: bool) -> TraceBuilder:
    """An instance whose workflow's list tells its id in a form of its own; of a deleted workflow after that."""
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    i = t.run(w, id=ID)
    t.get(i, [(5, None)])
    t.settled()
    if deleted:
        t.delete(w)
    t.instances(w, [{**t.instance(i, [(5, None)]), "id": form(i)}])
    t.get(i, [(5, None)])
    return t


@pytest.mark.parametrize(
    "form", [str.lower, lambda name: name.replace("-", ""), lambda name: name[:8], "urn:{}".format]
)
def test_that_instances_seem_to_be_missing_rests_on_the_form_of_their_ids(form: Form) -> None:
    traces = listed(form, deleted=False), listed(form, deleted=True)
    seen = violated(*(each.trace() for each in traces))
    assert seen >= {"run.then-list", "workflow.delete-keeps-instances"}
    assert rests("run.then-list", *traces) == seen


@pytest.mark.parametrize("form", [lambda _: "another", lambda name: name[:7]])
def test_an_id_that_is_not_known_again_is_another_instances(form: Form) -> None:
    traces = listed(form, deleted=False), listed(form, deleted=True)
    assert rests("run.then-list", *traces) == frozenset()
