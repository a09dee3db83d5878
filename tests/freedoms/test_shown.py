"""Each freedom shows, and is one: an answer differs from that of the server without it."""

from __future__ import annotations

import pytest

from benchmarks.freedoms.areas import FREEDOMS
from tests.freedoms.visit import PARTS, Line, visited

# They show in one answer of hundreds.
_SELDOM = {"a-view-late-now-and-then", "pauses-now-and-then"}
_SHOWN = [
    name
    for name, each in FREEDOMS.items()
    if name not in _SELDOM and each.kind != "pressure" and not each.options and not each.on_wire
]


@pytest.fixture(scope="module")
def plain() -> list[list[Line]]:
    return [visited([], part) for part in range(len(PARTS))]


def test_a_visit_is_always_the_same(plain: list[list[Line]]) -> None:
    assert [visited([], part) for part in range(len(PARTS))] == plain


@pytest.mark.parametrize("name", _SHOWN)
def test_a_freedom_shows(name: str, plain: list[list[Line]]) -> None:
    assert any(visited([FREEDOMS[name]], part) != heard for part, heard in enumerate(plain))
