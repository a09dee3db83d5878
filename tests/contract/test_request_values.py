"""Which variables, events, stage numbers and queries are valid, must be refused, or are left open by the API."""

from __future__ import annotations

import pytest

from conformance.contract.requests import classify
from tests.contract.classified import BAD_EVENT, BAD_VARIABLES, run, send, verdict


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, "valid"),
        ("", "valid"),
        ("{}", "valid"),
        ('{"order":"42","":""}', "valid"),
        ('{"order":42}', BAD_VARIABLES),
        ('{"order":{}}', BAD_VARIABLES),
        ('{"order":true,"other":null}', BAD_VARIABLES),
        ("[]", BAD_VARIABLES),
        ('"x"', BAD_VARIABLES),
        ("1", BAD_VARIABLES),
        ("false", BAD_VARIABLES),
        ("{", BAD_VARIABLES),
        (" ", "open"),
        ("null", "open"),
        ('{"order":null}', "open"),
        ('{"a":"1","a":"2"}', "open"),
        ('{"a":"1"} x', "open"),
        ('{"a":"\\u0000"}', "open"),
    ],
)
def test_variables(body: str | None, expected: str) -> None:
    assert verdict(run(body)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ((("wait", "true"),), "valid"),
        ((("wait", "false"),), "valid"),
        ((("wait", "1"),), "open"),
        ((("wait", ""),), "open"),
        ((("wait", "true"), ("wait", "true")), "open"),
        ((("trace", "x"),), "open"),
    ],
)
def test_wait(query: tuple[tuple[str, str], ...], expected: str) -> None:
    assert verdict(run("{}", query)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"name":"go"}', "valid"),
        ('{"name":" "}', "valid"),
        (None, BAD_EVENT),
        ("", BAD_EVENT),
        (" ", BAD_EVENT),
        ("go", BAD_EVENT),
        ("[]", BAD_EVENT),
        ('"go"', BAD_EVENT),
        ("{}", BAD_EVENT),
        ('{"event":"go"}', BAD_EVENT),
        ('{"name":5}', BAD_EVENT),
        ('{"name":{},"x":1}', BAD_EVENT),
        ("null", BAD_EVENT),
        ('{"name":null}', BAD_EVENT),
        ('{"name":""}', "open"),
        ('{"Name":"go"}', "open"),
        ('{"name":"go","x":1}', "open"),
        ('{"name":"go","name":5}', "open"),
        ('{"name":"\\u0000"}', "open"),
        ('{"name":"go"}}', "open"),
    ],
)
def test_events(body: str | None, expected: str) -> None:
    assert verdict(send(body)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0", "valid"),
        ("17", "valid"),
        ("2147483647", "valid"),
        ("2147483648", "open"),
        ("9" * 5000, "open"),
        ("-1", "open"),
        ("-0", "open"),
        ("007", "open"),
        ("+1", "open"),
        ("1.0", "open"),
        ("1e2", "open"),
        ("1e999999999", "open"),
        ("0x1f", "open"),
        (" 1", "open"),
        ("٣", "open"),
        ("", "open"),
        ("..", "open"),
        ("abc", "stage-history.bad-number"),
        ("1.5", "stage-history.bad-number"),
        ("1,0", "stage-history.bad-number"),
        ("NaN", "stage-history.bad-number"),
        ("Infinity", "stage-history.bad-number"),
        ("null", "stage-history.bad-number"),
    ],
)
def test_stage_numbers(number: str, expected: str) -> None:
    found = classify("getInstanceStageHistory", {"instanceID": "i1", "number": number}, [], None)
    assert verdict(found) == expected


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a\\b", "a\nb", "\0", "\ud800"])
def test_odd_path_values_are_open_whatever_the_body(value: str) -> None:
    assert verdict(classify("getWorkflow", {"flowId": value}, [], None)) == "open"
    assert verdict(classify("sendEvent", {"instanceID": value}, [], b"{")) == "open"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ([], "valid"),
        ([("running", "true")], "valid"),
        ([("workflowID", "w1"), ("running", "true")], "valid"),
        ([("running", "false")], "open"),
        ([("running", "AAA")], "open"),
        ([("workflowID", "")], "open"),
        ([("workflowID", "a\0")], "open"),
        ([("workflowID", "a"), ("workflowID", "b")], "open"),
        ([("pageSize", "5")], "open"),
    ],
)
def test_list_queries(query: list[tuple[str, str]], expected: str) -> None:
    assert verdict(classify("listInstances", {}, query, None)) == expected


def test_a_body_where_none_is_documented_is_open() -> None:
    assert verdict(classify("cancelEvent", {"instanceID": "i1"}, [], b"{}")) == "open"
    assert verdict(classify("cancelEvent", {"instanceID": "i1"}, [], b"")) == "valid"
