from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import exact_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert exact_json.equal(exact_json.parse(exact_json.encode(value)).value, value)


@given(VALUES)
def test_so_is_what_is_written_with_letters_as_they_are(value: object) -> None:
    body = exact_json.dumps(value, escaped=False).encode("utf-8")
    assert exact_json.equal(exact_json.parse(body).value, value)


def test_letters_stay_as_they_are_unless_escaped_and_lone_surrogates_never_do() -> None:
    text = {"é": "批 \ud800 🚀"}
    assert exact_json.dumps(text, escaped=False) == '{"é":"批 \\ud800 🚀"}'
    assert exact_json.dumps(text).isascii()


def test_numbers_keep_every_digit() -> None:
    text = '{"a":123456789012345678901234567890,"b":0.10000000000000000000001}'
    value = exact_json.parse(text).value
    assert value == {"a": 123456789012345678901234567890, "b": Decimal("0.10000000000000000000001")}
    assert exact_json.dumps(value) == text


def test_integers_beyond_the_interpreters_limit_are_read() -> None:
    digits = "9" * 6000
    assert exact_json.dumps(exact_json.parse(digits).value) in (digits, str(Decimal(digits)))


def test_duplicate_keys_are_noticed() -> None:
    assert exact_json.parse('{"a":1,"b":{"c":1,"c":2},"a":3}').duplicate_keys == ("c", "a")


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000, b"1 2", b"Infinity", b"{'a':1}"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(exact_json.NotJson):
        exact_json.parse(body)


def test_trailing_text_is_told_apart() -> None:
    with pytest.raises(exact_json.NotJson) as caught:
        exact_json.parse("{} x")
    assert caught.value.trailing


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, Decimal("1.0"), True),
        (True, 1, False),
        ({"a": [1]}, {"a": [1]}, True),
        ([1], [1, 2], False),
        ({}, [], False),
    ],
)
def test_equality_is_by_value(left: object, right: object, same: bool) -> None:
    assert exact_json.equal(left, right) is same


@pytest.mark.parametrize(
    "number", ["1e1000000", "1E-1000000", "9" * 1_000_000, "-1e999999999999", "0." + "3" * 1_000_000]
)
def test_numbers_of_any_size_are_read_and_looked_at_in_no_time(number: str) -> None:
    began = time.process_time()
    value = exact_json.parse(f'{{"n":{number}}}').value["n"]
    assert exact_json.small_integer(value) is None
    assert exact_json.is_integer(value) is not ("." in number or "E-" in number)
    assert exact_json.equal(value, value)
    assert not exact_json.equal(value, 7)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), (Decimal("3.0"), 3), (Decimal("1e1"), 10), (True, None), ("3", None)]
)
def test_small_integers(value: object, expected: int | None) -> None:
    assert exact_json.small_integer(value) == expected


def test_what_is_read_is_no_deeper_than_can_be_walked() -> None:
    deepest = "[" * exact_json.DEEPEST + "]" * exact_json.DEEPEST
    assert exact_json.dumps(exact_json.parse(deepest).value) == deepest
    with pytest.raises(exact_json.NotJson) as caught:
        exact_json.parse(f"[{deepest}]")
    assert caught.value.deep
    flat = '["[[[' + "[" * 1000 + '\\"[",' + ",".join(["[]"] * 1000) + "]"
    assert len(exact_json.parse(flat).value) == 1001
