"""The parameters of each stage kind: their shape, the defaults, and what must hold besides the shape.

Texts that hold a ``${variable}`` cannot be judged before the stage starts; ``Texts.MAY_HOLD_VARIABLES`` lets them pass.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from conformance.reference.engine.durations import date_time, duration
from conformance.reference.wire.exact_json import Json


class Texts(enum.Enum):
    """Whether variables have been replaced already."""

    MAY_HOLD_VARIABLES = enum.auto()
    FINAL = enum.auto()


class BadParameters(ValueError):
    """A stage's parameters have the wrong shape: a missing field, a wrong type, a text of the wrong format."""


class BadCombination(ValueError):
    """The shape is right, but the parameters make no sense."""


Check = Callable[[Json, str, Texts], None]


def _require(holds: bool, where: str, expected: str) -> None:
    if not holds:
        raise BadParameters(f"{where} must be {expected}")


def text(value: Json, where: str, texts: Texts) -> None:
    """Any string."""
    del texts
    _require(isinstance(value, str), where, "a string")


def _boolean(value: Json, where: str, texts: Texts) -> None:
    del texts
    _require(isinstance(value, bool), where, "a boolean")


def _integer(value: Json, where: str, texts: Texts) -> None:
    del texts
    whole = isinstance(value, int) and not isinstance(value, bool)
    _require(whole or (isinstance(value, Decimal) and as_integer(value) is not None), where, "an integer")


def as_integer(value: int | Decimal) -> int | None:
    """The integer that a JSON number stands for; None when it has a fraction or an absurd exponent."""
    if isinstance(value, int):
        return value
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -1000 <= exponent <= 1000 or value != value.to_integral_value():
        return None
    return int(value)


def _date_time(value: Json, where: str, texts: Texts) -> None:
    text(value, where, texts)
    if texts is Texts.FINAL or "${" not in value:
        _require(date_time(value) is not None, where, "a date-time (RFC 3339)")


def texts_map(value: Json, where: str, texts: Texts) -> None:
    """An object whose values are strings."""
    del texts
    _require(isinstance(value, dict), where, "an object")
    _require(all(isinstance(item, str) for item in value.values()), where, "an object whose values are strings")


@dataclass(frozen=True)
class Fields:
    """A check for an object: its known fields, and which of them it cannot lack. Unknown fields pass."""

    known: Mapping[str, Check]
    required: tuple[str, ...] = ()

    def __call__(self, value: Json, where: str, texts: Texts) -> None:
        _require(isinstance(value, dict), where, "an object")
        for name in self.required:
            _require(name in value, f"{where}.{name}", "given")
        for name, check in self.known.items():
            if name in value:
                check(value[name], f"{where}.{name}", texts)


def _one_of(*allowed: str) -> Check:
    def check(value: Json, where: str, texts: Texts) -> None:
        text(value, where, texts)
        if texts is Texts.FINAL or "${" not in value:
            _require(value in allowed, where, " or ".join(allowed))

    return check


_ACCOUNT = Fields({"id": text, "ledger": text, "throughAccount": text, "allowOverdraft": _boolean}, ("id",))
_WALLET = Fields({"id": text, "balance": text}, ("id",))
_PAYMENT_FROM = Fields(dict(_ACCOUNT.known) | {"holdingAccount": text}, ("id",))
_PAYMENT_TO = Fields({"psp": text, "type": _one_of("TRANSFER", "PAYOUT"), "sourceAccount": text}, ("psp",))
_UPDATE_ACCOUNT = Fields({"id": text, "ledger": text, "metadata": texts_map}, ("id", "ledger", "metadata"))

SHAPES: Mapping[str, Fields] = {
    "noop": Fields({}),
    "delay": Fields({"duration": text, "until": _date_time}),
    "wait_event": Fields({"event": text}, ("event",)),
    "send": Fields(
        {
            "source": Fields({"account": _ACCOUNT, "wallet": _WALLET, "payment": _PAYMENT_FROM}),
            "destination": Fields({"account": _ACCOUNT, "wallet": _WALLET, "payment": _PAYMENT_TO}),
            "amount": Fields({"asset": text, "amount": _integer}, ("asset", "amount")),
            "metadata": texts_map,
            "timestamp": _date_time,
        }
    ),
    "update": Fields({"account": _UPDATE_ACCOUNT}),
}
"""The shape of each kind's parameters."""


def check_delay(parameters: Json, texts: Texts) -> None:
    """A delay has a duration or an end, not both. Raises BadCombination."""
    if ("duration" in parameters) == ("until" in parameters):
        raise BadCombination("a delay needs either duration or until")
    length = parameters.get("duration")
    if length is None or (texts is Texts.MAY_HOLD_VARIABLES and "${" in length):
        return
    if duration(length) is None:
        raise BadCombination(f"{length[:80]!r} is not a duration such as 1s or 2m")


def with_defaults(kind: str, parameters: Json) -> Json:
    """The parameters as history shows them: what a ``send`` left out is filled in."""
    if kind != "send":
        return parameters
    filled = dict(parameters)
    for side in ("source", "destination"):
        account = filled.get(side, {}).get("account")
        if account is not None:
            defaults = {"ledger": "default", "throughAccount": "world", "allowOverdraft": False}
            filled[side] = filled[side] | {"account": defaults | account}
    return filled
