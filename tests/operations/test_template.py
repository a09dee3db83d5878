from __future__ import annotations

from random import Random

import pytest

from conformance.contract.api import V1
from conformance.operations.binding import Resources, bind
from conformance.operations.markers import marked, recognisable
from conformance.operations.template import CaseTemplate
from conformance.target.coexistence.identity import mark_of, run_of
from conformance.target.ids import unknown_like
from conformance.wire import exact_json

MARKER = "marker-0"


@pytest.mark.parametrize("value", ["a/b", "..", ".", "%2F", "a b?c#d", "ü", "\ud800", "\0"])
def test_a_parameter_stays_in_its_segment(value: str) -> None:
    path = CaseTemplate("getInstance", (("instanceID", value),)).prepared().path
    assert path.count("/") == 2
    assert path.rsplit("/", 1)[1] not in {".", ".."}
    found = V1.match("GET", path)
    assert found is not None
    assert value == "\ud800" or found.params == {"instanceID": value}


@pytest.mark.parametrize(
    "body",
    [
        b'{"stages": 5}',
        b'{"name": "x", "stages": [{"teleport": {}}]}',
        b'{"name": 5, "stages": [{"noop": {}}]}',
        b'{"name": 5, "stages": 5}',
        b'["x"]',
        b'"x"',
        b'{"name": "@marker@", "stages": [',
    ],
)
def test_a_marker_leaves_the_reason_alone(body: bytes) -> None:
    case = CaseTemplate("createWorkflow", body=body)
    result = marked(case, MARKER)
    assert MARKER.encode() in (result.body or b"")
    assert result.classification().requirement == case.classification().requirement is not None


@pytest.mark.parametrize("body", [None, b"", b"5", b"{", b"true"])
def test_what_has_no_place_for_a_marker_stays(body: bytes | None) -> None:
    case = CaseTemplate("createWorkflow", body=body)
    assert marked(case, MARKER) is case


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "order", "stages": []}',
        b'{"stages": [{"noop": {}}], "name": " \\u5de5 "}',
        b'{"name": "@marker@", "stages": [{"noop": {}}]}',
        b'{"name": "@marker@", "stages": 5}',
        b'{"name": "x", "stages": [{"teleport": {}}]}',
    ],
)
def test_what_a_creation_makes_is_recognised(body: bytes) -> None:
    case = CaseTemplate("createWorkflow", body=body)
    result = recognisable(case, "abcdefgh", f"{mark_of('abcdefgh')} {MARKER}")
    sent = exact_json.parse(result.body or b"").value
    assert isinstance(sent, dict)
    assert run_of(sent["name"]) == "abcdefgh"
    assert result.classification() == case.classification()


@pytest.mark.parametrize("body", [b'{"name": "007", "stages": []}', b'{"stages": [{"noop": {}}]}'])
def test_a_name_that_stands_for_itself_is_sent_as_it_is(body: bytes) -> None:
    sent = recognisable(CaseTemplate("createWorkflow", body=body), "abcdefgh", MARKER).body or b""
    assert exact_json.parse(sent).value == exact_json.parse(body).value


def test_a_huge_amount_survives_marking() -> None:
    amount = 10**30
    body = exact_json.encode({"stages": [{"send": {"amount": {"asset": 5, "amount": amount}}}]})
    result = marked(CaseTemplate("createWorkflow", body=body), MARKER)
    assert str(amount).encode() in (result.body or b"")


def test_ids_are_replaced_in_path_and_query() -> None:
    random = Random(0)
    resources = Resources(workflows=("w",), instances=("i",))
    listed = bind(CaseTemplate("listInstances", query=(("workflowID", "x"),), ids="own"), resources, random)
    stage = bind(
        CaseTemplate("getInstanceStageHistory", (("instanceID", "x"), ("number", "7")), ids="own"), resources, random
    )
    assert listed.query == (("workflowID", "w"),)
    assert stage.params == (("instanceID", "i"), ("number", "7"))


def test_most_mixed_cases_are_about_something_that_exists() -> None:
    resources = Resources(instances=("2fc0ba8c-8163-4ed5-9dd2-5bdbb7d2afbb",))
    case = CaseTemplate("getInstance", (("instanceID", "generated"),))
    chosen = [dict(bind(case, resources, Random(seed)).params)["instanceID"] for seed in range(200)]
    assert 130 < chosen.count(resources.instances[0]) < 190
    assert 5 < chosen.count("generated") < 40


def test_an_invalid_case_makes_only_one_mistake() -> None:
    case = CaseTemplate("sendEvent", (("instanceID", "generated"),), body=b"{}")
    assert all(dict(bind(case, Resources(instances=("i",)), Random(n)).params)["instanceID"] == "i" for n in range(50))


@pytest.mark.parametrize("known", ["018f3c1e-9d2b-7c3a-8f00-5bdbb7d2afbb", "2fc0ba8c-8163-4ed5-9dd2-5bdbb7d2afbb"])
def test_an_unknown_uuid_is_of_the_same_version(known: str) -> None:
    assert unknown_like({known}, Random(1))[14] == known[14]


def test_an_unknown_number_is_far_ahead_of_those_counted_up() -> None:
    assert int(unknown_like(["7", "12", "9"], Random(1))) > 1_000_000


@pytest.mark.parametrize("known", ["2fc0ba8c-8163-4ed5-9dd2-5bdbb7d2afbb", "wf_ab12-ZZ", "123456789012345678"])
def test_an_unknown_id_has_the_form_of_the_known(known: str) -> None:
    made = unknown_like({known}, Random(1))
    assert made != known
    assert [character.isalnum() for character in made] == [character.isalnum() for character in known]
