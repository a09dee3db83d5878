from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire.instant import Instant, parse_duration, parse_instant


@given(st.integers(0, 4 * 10**18))
def test_an_instant_survives_its_own_text(ns: int) -> None:
    assert parse_instant(Instant(ns).isoformat()) == Instant(ns)


@pytest.mark.parametrize(
    ("text", "ns", "granularity"),
    [
        ("1970-01-01T00:00:01Z", 10**9, 10**9),
        ("1970-01-01T00:00:00.25Z", 250_000_000, 10_000_000),
        ("1970-01-01T01:00:00.000000001+01:00", 1, 1),
        ("1969-12-31T23:59:59.5Z", -500_000_000, 100_000_000),
    ],
)
def test_known_instants(text: str, ns: int, granularity: int) -> None:
    instant = parse_instant(text)
    assert instant is not None
    assert (instant.ns, instant.granularity) == (ns, granularity)


@pytest.mark.parametrize(
    "text", ["", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", None, 5, "2026-02-30T00:00:00Z"]
)
def test_what_is_no_instant(text: object) -> None:
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1s", 10**9),
        ("250ms", 250_000_000),
        ("1m30s", 90 * 10**9),
        ("1.5s", 1_500_000_000),
        (".5h0.000000001s", 1800 * 10**9 + 1),
        ("0", 0),
        ("s", None),
        ("1", None),
        (".s", None),
        ("", None),
    ],
)
def test_durations(text: str, ns: int | None) -> None:
    assert parse_duration(text) == ns
