"""Of a long list what matters is kept as it was written, however it comes in parts."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from conformance.target.lists.list_filter import ListFilter, NotAList
from conformance.wire import exact_json

_EXAMPLES = 20


def mine(value: Any, text: str) -> bool:
    del text
    return isinstance(value, dict) and str(value.get("id")).startswith("mine")


def filtered(body: bytes, cuts: int = 50, seed: int = 0) -> ListFilter:
    list_filter = ListFilter(mine)
    chance = random.Random(seed)
    places = [0, *sorted(chance.randrange(len(body)) for _ in range(cuts)), len(body)]
    for begin, end in itertools.pairwise(places):
        list_filter.feed(body[begin:end])
    return list_filter


def crowd(*own: str) -> bytes:
    others = [f'{{"id": "other-{n}", "config": {{"name": "] }}, \\"{n} ä€😀", "n": {n}.50e3}}}}' for n in range(500)]
    others[250:250] = own
    return f'{{"data": [{", ".join(others)}]}}'.encode()


@pytest.mark.parametrize("seed", range(5))
def test_own_elements_are_kept_and_a_few_others(seed: int) -> None:
    own = '{"id":"mine-1","amount":100000000000000000000000000000001,"x":1.50}'
    list_filter = filtered(crowd(own), seed=seed)
    kept = exact_json.parse(list_filter.body()).value["data"]
    assert len(kept) == _EXAMPLES + 1
    assert (list_filter.seen, list_filter.kept, list_filter.read) == (501, 21, len(crowd(own)))
    assert own.encode() in list_filter.body()


@pytest.mark.parametrize("spaces", ["", "  \n\t"])
def test_an_empty_list_and_what_follows_stay(spaces: str) -> None:
    body = f'{spaces}{{{spaces}"data"{spaces}:{spaces}[{spaces}]{spaces}, "more": [1, 2]}}'.encode()
    assert exact_json.parse(filtered(body, 3).body()).value == {"data": [], "more": [1, 2]}


def test_elements_of_other_types_are_examples() -> None:
    kept = exact_json.parse(filtered(b'{"data":[1, 23, null, "x", [[]], {}]}').body()).value["data"]
    assert kept == [1, 23, None, "x", [[]], {}]


@pytest.mark.parametrize(
    "body", [crowd()[:-1], crowd()[:-2], crowd()[:-20], crowd().replace(b'"id": "other-499"', b"")]
)
def test_what_is_no_json_stays_none(body: bytes) -> None:
    with pytest.raises(exact_json.NotJson):
        exact_json.parse(filtered(body).body())


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000,
        b'{"data":{"a":' + b"1" * 10_000,
        b'{"data":["' + b"x" * 3_000_000,
        b'{"data":[' + b"[" * 2_000_000,
    ],
    ids=["no object", "no list", "an endless element", "a deep element"],
)
def test_what_is_no_list_is_given_up_early(body: bytes) -> None:
    with pytest.raises(NotAList):
        filtered(body, 200)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        filtered(b'{"data":["\xff\xfe"]}', 0)
