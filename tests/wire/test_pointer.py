"""JSON pointers."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.pointer import NOWHERE, keys, token, value_at, walk

BODY = {"a/b": [{"~": None}], "": 1}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", BODY),
        ("/", 1),
        ("/a~1b/0/~0", None),
        ("/a~1b/0/x", NOWHERE),
        ("/a~1b/1", NOWHERE),
        ("/a~1b/-", NOWHERE),
        ("//x", NOWHERE),
    ],
)
def test_value_at(pointer: str, expected: Any) -> None:
    assert value_at(BODY, pointer) is expected


def test_a_walk_goes_as_far_as_the_pointer_leads_anywhere() -> None:
    assert [key for key, _ in walk(BODY, "/a~1b/0/x/y")] == ["a/b", "0"]


def test_a_token_reads_as_the_key_it_was_made_of() -> None:
    assert keys(f"/{token('~1/')}/{token(3)}") == ["~1/", "3"]
