"""What a seed draws depends on the seed alone, and other users of Hypothesis in the process notice nothing."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy, integers, text

from conformance.drawing import draw, seed_alone

_SECRET = 7_364_519


@pytest.fixture
def local_module(tmp_path: Path) -> Iterator[None]:
    """A module of the user's project with a number that nobody draws by chance."""
    source = tmp_path / "of_the_user.py"
    source.write_text(f"NUMBER = {_SECRET}\n")
    module = types.ModuleType("of_the_user")
    module.__file__ = str(source)
    sys.modules["of_the_user"] = module
    yield
    del sys.modules["of_the_user"]


def drawn(strategy: SearchStrategy[object], most: int = 400) -> list[object]:
    found: list[object] = []

    def gather(value: object) -> bool:
        found.append(value)
        return False

    draw(strategy, most, 5, gather)
    return found


def drawn_by_the_user() -> list[int]:
    found: list[int] = []

    @seed(3)
    @settings(max_examples=400, database=None)
    @given(integers())
    def gather(value: int) -> None:
        found.append(value)

    gather()
    return found


def test_the_constants_of_loaded_modules_are_not_drawn(local_module: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "is_local_module_file", lambda file: "of_the_user" in file)
    monkeypatch.setattr(providers, "_seen_modules", set())
    # Among all those of a whole session's modules, one number would seldom be drawn.
    monkeypatch.setattr(providers, "_local_constants", Constants())
    monkeypatch.setattr(providers, "_sys_modules_len", None)
    before = drawn(integers())
    theirs = drawn_by_the_user()
    assert _SECRET in theirs
    assert drawn(integers()) == before
    assert _SECRET not in before
    assert _SECRET in drawn_by_the_user()


def test_nested_drawing_and_drawing_that_fails_leave_hypothesis_as_it_was(local_module: None) -> None:
    before = vars(providers).copy()
    with seed_alone(), seed_alone():
        pass
    assert vars(providers) == before
    with pytest.raises(Unsatisfiable):
        drawn(text().filter(lambda _value: False))
    assert vars(providers) == before


def test_drawing_ends_when_there_is_enough() -> None:
    found: list[str] = []

    def gather(value: str) -> bool:
        found.append(value)
        return len(found) == 3

    draw(text(), 50, 1, gather)
    assert len(found) == 3
