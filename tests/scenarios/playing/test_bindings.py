"""Whom a scenario may act on: only what is its own."""

from __future__ import annotations

import re
from random import Random

import pytest

from conformance.scenarios.playing.bindings import Bindings, InstanceProgress, MissingReference, listed_ids
from conformance.scenarios.scenario.model import UNKNOWN, Cancel, Delete, Run, Send, reference_to
from conformance.target.ids import GivenIds, unknown_like
from conformance.trace import Exchange, Request, Response
from conformance.wire import exact_json


def _listing(*instances: tuple[str, str]) -> Exchange:
    body = exact_json.encode({"data": [{"id": name, "workflowID": workflow} for name, workflow in instances]})
    request = Request("GET", "http://server/instances", "/instances", (("workflowID", "mine"), ("running", "true")))
    return Exchange(0, request, 0, 1, Response(200, (), body), operation="listInstances")


def _created(name: str) -> Exchange:
    body = exact_json.encode({"data": {"id": name}})
    request = Request("POST", "http://server/workflows", "/workflows")
    return Exchange(0, request, 0, 1, Response(201, (), body), operation="createWorkflow")


def test_instances_of_others_are_left_alone_when_a_server_ignores_the_filter() -> None:
    assert listed_ids(_listing(("a", "mine"), ("b", "theirs"), ("c", "mine"))) == ["a", "c"]


def test_an_unknown_id_is_like_those_of_its_kind() -> None:
    bindings = Bindings("seed")
    bindings.workflows["w1"] = "wf_0123456789"
    bindings.bind_instance("i1", "run_abcdefghij", "w1", {}, _listing())
    assert len(bindings.place(UNKNOWN)) == len("wf_0123456789")
    assert len(bindings.place(UNKNOWN, of_instance=True)) == len("run_abcdefghij")


@pytest.mark.parametrize(
    ("workflow", "instance", "strangers"),
    [
        ("17", "17", True),
        ("wf_0123456789", "run_abcdefghij", True),
        ("6dd4e1a5-0a0a-4d8f-9a3c-6d8f0b0f7c11", "0d3b3c5e-1f7a-4b46-8e1c-2b1f3ce0a9d4", False),
    ],
)
def test_only_an_id_that_nobody_else_has_is_changed_by_the_other_kind(
    workflow: str, instance: str, strangers: bool
) -> None:
    bindings = Bindings("seed")
    bindings.workflows["w1"] = workflow
    bindings.bind_instance("i1", instance, "w1", {}, _listing())
    for step in (Send("w1", "go"), Cancel("w1"), Delete("i1"), Run("i2", "i1")):
        assert bindings.may_concern_others(step) is strangers
    assert not any(map(bindings.may_concern_others, (Send("i1", "go"), Delete("w1"))))


@pytest.mark.parametrize(
    ("known", "form"),
    [
        (["wf_01hx3k9q2m", "wf_07zz4n1p6k"], r"wf_[0-9a-z]{10}"),
        (["64f1a2b3c4d5e6f708192a3b", "64f1a2b3c4d5e6f708192a3c"], r"[0-9a-f]{24}"),
        (["run-00000117", "run-00000131"], r"run-0\d{7}"),
        (["wf-17", "wf-31"], r"wf-\d{7}"),
        (["7499123456789012345"], r"7499\d{15}"),
        (["Zm9vYmFyYmF6cXV4=="], r"[0-9A-Za-z]{16}=="),
        (["brave-lmn-otter-v1234"], r"brave-[a-z]{3}-[a-z]{5}-[a-z]\d{4}"),
    ],
)
def test_an_unknown_id_keeps_the_prefix_and_is_far_from_what_others_may_have(known: list[str], form: str) -> None:
    for seed in range(50):
        made = unknown_like(known, Random(seed))
        assert re.fullmatch(form, made)
        assert made != known[0]


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_an_unknown_id_has_no_character_that_none_of_many_has() -> None:
    source = Random(1)
    known = ["01JD" + "".join(source.choice(CROCKFORD) for _ in range(22)) for _ in range(8)]
    for seed in range(50):
        made = unknown_like(known, Random(seed))
        assert re.fullmatch("01JD[0-9A-HJKMNP-TV-Z]{22}", made)
        assert made not in known


def test_the_parts_of_an_unknown_id_have_alphabets_of_their_own() -> None:
    source = Random(1)
    drawn = [("".join(source.choices("0123456789abcdef", k=40)), source.choices("xyzXYZ", k=12)) for _ in range(5)]
    known = [f"run-{first}-{''.join(second)}" for first, second in drawn]
    for seed in range(50):
        assert re.fullmatch("run-[0-9a-f]{40}-[xyzXYZ]{12}", unknown_like(known, Random(seed)))


def test_a_few_ids_that_differ_in_little_say_nothing_of_their_form() -> None:
    made = unknown_like(["wf_aaaaaaaaa1", "wf_aaaaaaaaa2", "wf_aaaaaaaaa3"], Random(1))
    assert made.startswith("wf_")
    assert not made.startswith("wf_aaaaaaaaa")


def test_ids_of_other_scenarios_tell_what_an_unknown_one_looks_like() -> None:
    given = GivenIds()
    for word in ("ABCDEFGHJKMN", "BCDEFGHJKMNA", "CDEFGHJKMNAB"):
        given.note(_created(f"01-{word}"))
    given.note(_listing(("other", "mine")))
    for of_instance in (False, True):
        assert re.fullmatch("01-[A-HJKMN]{12}", Bindings("seed", given).place(UNKNOWN, of_instance=of_instance))


def test_where_every_like_id_is_taken_an_unknown_one_is_of_another_form() -> None:
    taken = [str(number) + "x" for number in range(10)]
    assert (
        unknown_like(
            [*taken, *(f"{number}{letter}" for number in range(10) for letter in "abcdefghijklmnopqrstuvwxyz")],
            Random(1),
        ).count("-")
        == 4
    )


@pytest.mark.parametrize(
    ("shown", "new"),
    [
        (InstanceProgress(False, (True, False)), False),
        (InstanceProgress(False, (True,)), False),
        (InstanceProgress(False, (True, True)), True),
        (InstanceProgress(False, (True, False, False)), True),
        (InstanceProgress(True, (True, False)), True),
    ],
)
def test_a_view_that_catches_up_with_another_shows_no_change(shown: InstanceProgress, new: bool) -> None:
    assert shown.beyond([InstanceProgress(False, (True, False)), InstanceProgress(False, ())]) is new


def test_the_first_look_at_an_instance_shows_a_change_only_where_a_stage_has_started() -> None:
    assert InstanceProgress(False, (False,)).beyond(())
    assert not InstanceProgress(False, ()).beyond(())


def test_a_text_stands_in_the_place_of_an_id_as_it_is() -> None:
    bindings = Bindings("seed")
    assert bindings.place(reference_to('no "such" id\0')) == 'no "such" id\0'
    with pytest.raises(MissingReference):
        bindings.place('"no JSON')
