"""The parameters of each stage kind as a client may send them: what is surely ill-typed, and what is left open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, TypeAlias

from conformance.wire.instant import parse_duration, parse_instant


@dataclass(frozen=True, slots=True)
class ShapeProblem:
    """Something about a request that is not plainly valid: ``invalid`` for sure, or else left open by the API."""

    invalid: bool
    reason: str


Shape: TypeAlias = Callable[[Any, str], Iterator[ShapeProblem]]
"""Judges one non-null value; the second argument says where it stands, for the reason."""

_DURATION = re.compile(r"\d+(ms|s|m|h)", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
# Servers commonly count a duration in nanoseconds of 64 bits; beyond that a refusal is as good as an acceptance.
_LONGEST_DURATION = 2**63


def _typed(kinds: type | tuple[type, ...], wanted: str, value: Any, where: str) -> Iterator[ShapeProblem]:
    if not isinstance(value, kinds):
        yield ShapeProblem(True, f"{where} is not {wanted}")


_text: Shape = partial(_typed, str, "a string")
_flag: Shape = partial(_typed, bool, "a boolean")


def _some_text(value: Any, where: str) -> Iterator[ShapeProblem]:
    yield from _text(value, where)
    if value == "":
        yield ShapeProblem(False, f"{where} is empty")


def _duration(value: Any, where: str) -> Iterator[ShapeProblem]:
    yield from _text(value, where)
    if isinstance(value, str) and not (_DURATION.fullmatch(value) and _short_enough(value)):
        yield ShapeProblem(False, f"{where} is a duration of an unusual form")


def _short_enough(text: str) -> bool:
    # A delay that is none may be refused as well.
    return len(text) < 25 and 0 < (parse_duration(text) or 0) < _LONGEST_DURATION


def _time(value: Any, where: str) -> Iterator[ShapeProblem]:
    yield from _text(value, where)
    if isinstance(value, str) and not (_TIME.fullmatch(value) and parse_instant(value)):
        yield ShapeProblem(False, f"{where} is not a plain RFC 3339 time")


def _integer(value: Any, where: str) -> Iterator[ShapeProblem]:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        yield ShapeProblem(False, f"{where} is an integer written as a decimal")
    elif isinstance(value, bool) or not isinstance(value, int):
        yield ShapeProblem(True, f"{where} is not an integer")
    elif value < 0:
        yield ShapeProblem(False, f"{where} is negative")


def one_of(*words: str) -> Shape:
    """Text out of a closed list; another word is left open, since servers may know more."""

    def shape(value: Any, where: str) -> Iterator[ShapeProblem]:
        yield from _text(value, where)
        if isinstance(value, str) and value not in words:
            yield ShapeProblem(False, f"{where} is none of {', '.join(words)}")

    return shape


def text_map(value: Any, where: str) -> Iterator[ShapeProblem]:
    """A map from names to strings; a null value is left open."""
    if not isinstance(value, dict):
        yield ShapeProblem(True, f"{where} is not a map of strings")
        return
    for key, item in value.items():
        if item is None:
            yield ShapeProblem(False, f"{where}.{key} is null")
        else:
            yield from _text(item, f"{where}.{key}")


def fields(shapes: Mapping[str, Shape], required: tuple[str, ...] = (), one: bool = False) -> Shape:
    """An object of these fields; missing and unknown ones are left open, and so are none or several where ``one``."""

    def shape(value: Any, where: str) -> Iterator[ShapeProblem]:
        if not isinstance(value, dict):
            yield ShapeProblem(True, f"{where} is not an object")
            return
        aliases = other_case(value, shapes)
        if aliases:
            yield ShapeProblem(False, f"{where}.{aliases[0]} differs from a documented key only in case")
            return
        yield from _presence(value, where)
        for key, item in value.items():
            if item is not None and key in shapes:
                yield from shapes[key](item, f"{where}.{key}")

    def _presence(value: dict[str, Any], where: str) -> Iterator[ShapeProblem]:
        yield from (ShapeProblem(False, f"{where}.{key} is missing") for key in required if key not in value)
        yield from (ShapeProblem(False, f"{where}.{key} is not documented") for key in value if key not in shapes)
        yield from (ShapeProblem(False, f"{where}.{key} is null") for key, item in value.items() if item is None)
        if one and len(value) != 1:
            yield ShapeProblem(False, f"{where} does not hold exactly one key")

    return shape


def other_case(value: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that many JSON readers take for a documented one although their case differs."""
    folded = {key.casefold() for key in known}
    return tuple(key for key in value if key not in known and key.casefold() in folded)


def _delay(value: Any, where: str) -> Iterator[ShapeProblem]:
    yield from _DELAY_FIELDS(value, where)
    if isinstance(value, dict):
        if isinstance(value.get("duration"), str) and isinstance(value.get("until"), str):
            yield ShapeProblem(True, f"{where} has both a duration and an until")
        elif "duration" not in value and "until" not in value:
            yield ShapeProblem(False, f"{where} has neither a duration nor an until")


_DELAY_FIELDS = fields({"duration": _duration, "until": _time})
_MONETARY = fields({"asset": _some_text, "amount": _integer}, ("asset", "amount"))
_ACCOUNT = fields({"id": _some_text, "ledger": _text, "throughAccount": _text, "allowOverdraft": _flag}, ("id",))
_WALLET = fields({"id": _some_text, "balance": _text}, ("id",))
_PAYMENT_IN = fields(
    {"id": _some_text, "ledger": _text, "holdingAccount": _text, "throughAccount": _text, "allowOverdraft": _flag},
    ("id",),
)
_PAYMENT_OUT = fields({"psp": _some_text, "type": one_of("TRANSFER", "PAYOUT"), "sourceAccount": _text}, ("psp",))
_SEND = fields(
    {
        "source": fields({"account": _ACCOUNT, "wallet": _WALLET, "payment": _PAYMENT_IN}, one=True),
        "destination": fields({"account": _ACCOUNT, "wallet": _WALLET, "payment": _PAYMENT_OUT}, one=True),
        "amount": _MONETARY,
        "metadata": text_map,
        "timestamp": _time,
    },
    ("source", "destination", "amount"),
)
_UPDATE_ACCOUNT = fields({"id": _some_text, "ledger": _some_text, "metadata": text_map}, ("id", "ledger", "metadata"))

STAGE_KINDS: Mapping[str, Shape] = {
    "noop": fields({}),
    "delay": _delay,
    "wait_event": fields({"event": _some_text}, ("event",)),
    "send": _SEND,
    "update": fields({"account": _UPDATE_ACCOUNT}, ("account",)),
}
"""The kinds of stage, each with the shape of its parameters."""


def stage_findings(stage: Mapping[str, Any], where: str) -> Iterator[ShapeProblem]:
    """What is not plainly valid about one stage, an object; invalid findings test ``workflow.create-bad-stage``."""
    if len(stage) != 1:
        yield ShapeProblem(True, f"{where} has {len(stage)} keys instead of one, its kind")
        return
    kind, parameters = next(iter(stage.items()))
    if kind not in STAGE_KINDS:
        yield ShapeProblem(True, f"{where} is of the unknown kind {kind!r}")
    elif parameters is None:
        yield ShapeProblem(False, f"{where}.{kind} is null")
    else:
        yield from STAGE_KINDS[kind](parameters, f"{where}.{kind}")
