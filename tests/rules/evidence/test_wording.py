"""Values in words are short, and show where they differ."""

from __future__ import annotations

from conformance.rules.evidence.wording import contrast, quoted, shown


def test_short_values_stay_whole() -> None:
    assert shown({"a": 1}) == '{"a":1}'
    assert quoted("go") == "'go'"
    assert contrast("a", ["b"]) == ('"a"', '["b"]')


def test_what_just_fits_stays_whole() -> None:
    one, other = f'"{"x" * 117}A"', f'"{"x" * 117}B"'
    assert contrast(one[1:-1], other[1:-1]) == (one, other)
    assert shown(one[1:-1]) == one


def test_long_ones_show_their_beginning_and_their_end() -> None:
    text = quoted("long " * 1000 + "end")
    assert text.startswith("'long long")
    assert text.endswith("end' (5005 characters)")
    assert len(text) < 150


def test_long_ones_that_differ_show_the_place() -> None:
    one, other = contrast("x" * 5000 + "A" + "y" * 500, "x" * 5000 + "B" + "y" * 500)
    assert "xA" in one
    assert "xB" in other
    assert max(len(one), len(other)) < 150


def test_one_that_is_cut_shows_where_it_ends() -> None:
    whole, cut = contrast("x" * 5000 + "end", "x" * 3000)
    assert cut.endswith('x" (3002 characters)')
    assert "…" in whole
    assert whole.endswith("… (5005 characters)")


def test_a_short_one_beside_a_long_one_is_whole() -> None:
    assert contrast("", "x" * 5000)[0] == '""'
