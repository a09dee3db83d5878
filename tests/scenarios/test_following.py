"""Rows of kinds in which each follows each."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from conformance.scenarios.strategies.following import each_after_each


@pytest.mark.parametrize("kinds", ["a", "ab", "abc", "cab", "abcde"])
def test_each_kind_follows_each_once(kinds: str) -> None:
    row = each_after_each(kinds)
    assert sorted(pairwise(row)) == sorted(product(kinds, repeat=2))
