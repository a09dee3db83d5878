"""The names and headers by which a run is recognised."""

from __future__ import annotations

import pytest

from conformance.scenarios.strategies import words
from conformance.target.coexistence.identity import mark_of, marked, new_run_id, run_of


def test_a_run_is_recognised_by_the_names_that_it_gives() -> None:
    run = new_run_id()
    assert run_of(marked("flow", run)) == run
    assert run_of(f"{mark_of(run)} marker-0123456789abcdef") == run


@pytest.mark.parametrize(
    "name", [None, 3, "", "conformance", "conformance-x", "conformance-abcdefghi y", "my-conformance-abcdefgh", "flow"]
)
def test_names_of_others_are_nobodys(name: object) -> None:
    assert run_of(name) is None


@pytest.mark.parametrize("name", words.NAMES)
def test_a_telling_name_stays_telling(name: str) -> None:
    """What is done to blanks at its ends, to its letters, and to what it seems to stand for still shows."""
    given = marked(name, "abcdefgh")
    rest = name.lstrip()
    assert given == name or (run_of(given) == "abcdefgh" and given.endswith(rest))
    assert given[: len(name) - len(rest)] == name[: len(name) - len(rest)]


@pytest.mark.parametrize("name", ["", " ", '"', "007", "60s", "null", "TRUE", "2026-01-01T00:00:00.000Z", "1.0", "NaN"])
def test_what_may_be_taken_for_something_else_stays_as_it_is(name: str) -> None:
    assert marked(name, "abcdefgh") == name


def test_the_mark_is_no_marker_of_a_single_request() -> None:
    assert not any(map(str.isdigit, new_run_id()))
