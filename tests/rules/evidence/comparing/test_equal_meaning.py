"""Equal meaning: what servers normalise, default and leave out."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.evidence.comparing.equal_meaning import difference, same_within
from conformance.wire.instant import SECOND


@pytest.mark.parametrize(
    ("given", "found", "pointer"),
    [
        ({"duration": "60s"}, {"duration": "1m0s", "until": None}, None),
        ({"duration": "5900ms"}, {"duration": "5.9s"}, None),
        ({"duration": "5900ms"}, {"duration": "5.8s"}, "/duration"),
        ({"until": "2026-01-01T00:00:00Z"}, {"until": "2026-01-01T01:00:00.000+01:00"}, None),
        ({"until": "2026-01-01T00:00:00Z"}, {"until": "2026-01-01T00:00:01Z"}, "/until"),
        ({"a": {"b": 10**22 + 1}}, {"a": {"b": 10**22}}, "/a/b"),
        ({"a": 1}, {}, "/a"),
        ({"a": None, "b": {}, "c": [], "d": False, "e": ""}, {}, None),
        ({"event": "Go"}, {"event": "go"}, "/event"),
        ({"event": "60s"}, {"event": "1m"}, "/event"),
        ({"event": "2026-01-01T00:00:00Z"}, {"event": "2026-01-01T00:00:00.0Z"}, "/event"),
        ({"account": {"metadata": {"k": "1h"}}}, {"account": {"metadata": {"k": "60m"}}}, "/account/metadata/k"),
        ({"metadata": {"k": "0"}}, {"metadata": {"k": "00"}}, "/metadata/k"),
        ({"metadata": {"k": ""}}, {"metadata": {}}, "/metadata/k"),
        ({"metadata": {"duration": "60s"}}, {"metadata": {"duration": "1m"}}, "/metadata/duration"),
        ({"account": {"duration": "60s"}}, {"account": {"duration": "1m"}}, "/account/duration"),
        ({"timestamp": "2026-01-01T00:00:00Z"}, {"timestamp": "2026-01-01T01:00:00+01:00"}, None),
    ],
)
def test_difference(given: Any, found: Any, pointer: str | None) -> None:
    problem = difference(given, found)
    assert (problem and problem.pointer) == pointer


def test_a_moment_may_be_cut_as_the_server_cuts_its_times() -> None:
    given, found = {"until": "2026-01-01T00:00:03.620767190Z"}, {"until": "2026-01-01T00:00:03Z"}
    assert difference(given, found, slack=SECOND) is None
    assert difference(given, found) is not None


@pytest.mark.parametrize(
    ("left", "right", "shared", "expected"),
    [
        ({"startedAt": "2026-01-01T00:00:00.000001Z"}, {"startedAt": "2026-01-01T00:00:00Z"}, False, True),
        ({"startedAt": "2026-01-01T00:00:00.000002Z"}, {"startedAt": "2026-01-01T00:00:00Z"}, False, False),
        ({"error": "2026-01-01T00:00:00.000001Z"}, {"error": "2026-01-01T00:00:00Z"}, False, False),
        (
            {"config": {"name": "x", "startedAt": "2026-01-01T00:00:00.0Z"}},
            {"config": {"name": "x", "startedAt": "2026-01-01T00:00:00Z"}},
            False,
            False,
        ),
        (
            {"config": {"stages": [{"startedAt": "2026-01-01T00:00:00.0Z"}]}},
            {"config": {"stages": [{"startedAt": "2026-01-01T00:00:00Z"}]}},
            False,
            False,
        ),
        ({"a": 1}, {"a": 1, "b": 2}, False, False),
        ({"a": 1}, {"a": 1, "b": 2}, True, True),
        ({"a": None}, {}, False, True),
        ([{"a": 1}], [{"a": 2}], True, False),
        ([1], [1, 2], True, False),
        ([], None, True, True),
    ],
)
def test_same_within(left: Any, right: Any, shared: bool, expected: bool) -> None:
    assert same_within(left, right, 1000, shared=shared) is expected
