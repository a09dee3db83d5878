"""What each stage of an instance will do, as far as configuration and variables settle it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.rules.evidence.trace_index import InstanceRecord
from conformance.wire.instant import Instant, parse_duration, parse_instant

RUN_NAMES = {
    "noop": "RunNoop",
    "delay": "RunDelay",
    "wait_event": "RunWaitEvent",
    "send": "RunSend",
    "update": "RunUpdate",
}
"""The activity that history names for each kind of stage."""

# 2^63 ns, the most that common implementations can count.
_LONGEST_DELAY = 1 << 63
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_ASSET = re.compile(r"[A-Z][A-Z0-9]{0,16}(/\d{1,6})?", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9_]+(:[A-Za-z0-9_]+)*", re.ASCII)


class _Open(Exception):
    """The API leaves open what an unresolved or nested placeholder becomes."""


def _interpolate_text(text: str, variables: Mapping[str, Any]) -> str:
    if "$${" in text:
        raise _Open

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1])
        if not isinstance(found, str) or "${" in found:
            raise _Open
        return found

    replaced = _PLACEHOLDER.sub(value, text)
    if "${" in _PLACEHOLDER.sub("", text):
        raise _Open
    return replaced


def _interpolate(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _interpolate_text(value, variables)
    if isinstance(value, dict):
        if any("${" in key for key in value):
            raise _Open
        return {key: _interpolate(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolate(item, variables) for item in value]
    return value


def has_placeholder(value: Any) -> bool:
    """Whether some string in a JSON value holds ``${``."""
    if isinstance(value, dict):
        return any(has_placeholder(item) for item in value.values())
    if isinstance(value, list):
        return any(has_placeholder(item) for item in value)
    return isinstance(value, str) and "${" in value


def resolvable(value: Any, variables: Mapping[str, Any]) -> bool:
    """Whether the API says what every placeholder in a JSON value becomes with these variables."""
    try:
        _interpolate(value, variables)
    except _Open:
        return False
    return True


@dataclass(frozen=True)
class StagePlan:
    """One configured stage. ``kind`` is None when it is no known stage; ``parameters`` are after interpolation.

    ``parameters`` is None where the API leaves the interpolation open; nothing may then be concluded from them.
    ``ledger`` tells whether the target has one: without it nobody knows how a `send` ends.
    """

    number: int
    kind: str | None
    configured: Mapping[str, Any]
    parameters: Mapping[str, Any] | None
    ledger: bool = True

    @cached_property
    def event(self) -> str | None:
        """The name that a wait_event stage waits for, None when it is another kind or open."""
        name = self.parameters.get("event") if self.kind == "wait_event" and self.parameters else None
        return name if isinstance(name, str) and name else None

    @cached_property
    def duration(self) -> int | None:
        """The ns that a delay stage lasts, None when it is given otherwise."""
        if self.kind != "delay" or not self.parameters or "until" in self.parameters:
            return None
        return parse_duration(self.parameters.get("duration"))

    @cached_property
    def until(self) -> Instant | None:
        """The instant until which a delay stage lasts, None when it is given otherwise."""
        if self.kind != "delay" or not self.parameters or "duration" in self.parameters:
            return None
        return parse_instant(self.parameters.get("until"))

    @cached_property
    def cannot_fail(self) -> bool:
        """Whether a correct server is sure to end the stage without error, if nothing cancels it."""
        if self.parameters is None:
            return False
        if self.kind == "delay":
            return self.until is not None or (self.duration is not None and self.duration < _LONGEST_DELAY)
        if self.kind == "wait_event":
            return self.event is not None
        if self.kind == "send":
            return self.ledger and _sends_from_world(self.parameters)
        return self.kind == "noop"

    @cached_property
    def must_fail(self) -> bool:
        """Whether its parameters turned out wrong at run time: a delay whose interpolated text is no time at all."""
        if self.kind != "delay" or not self.parameters or not has_placeholder(self.configured):
            return False
        text = self.parameters.get("duration", self.parameters.get("until"))
        return len(self.parameters) == 1 and isinstance(text, str) and bool(re.fullmatch(r"[a-z]{2,40}", text))

    @property
    def ends_by_itself(self) -> bool:
        """Whether nobody has to do anything for the stage to end."""
        return self.cannot_fail and self.kind != "wait_event"


_PLAIN = frozenset({"id", "ledger", "allowOverdraft"})
# Within one ledger nothing has to go through another account; whether it does is open.
_ROUTED = _PLAIN | {"throughAccount"}


def _account(side: Any, keys: Set[str] = _PLAIN) -> str | None:
    account = side.get("account") if isinstance(side, dict) and len(side) == 1 else None
    if not isinstance(account, dict) or not account.keys() <= keys:
        return None
    name = account.get("id")
    usable = isinstance(name, str) and _ACCOUNT.fullmatch(name) and account.get("ledger", "default") == "default"
    return name if usable else None


def simple_send(parameters: Mapping[str, Any]) -> tuple[str, str, int, str] | None:
    """(source, destination, amount, asset) of a plain send between accounts of the default ledger, else None."""
    return _send(parameters, _PLAIN)


def _send(parameters: Mapping[str, Any], keys: Set[str]) -> tuple[str, str, int, str] | None:
    """The same where the accounts may have some more keys."""
    money = _money(parameters.get("amount"))
    source, destination = _account(parameters.get("source"), keys), _account(parameters.get("destination"), keys)
    if source is None or destination is None or money is None or "timestamp" in parameters:
        return None
    return source, destination, *money


@dataclass(frozen=True, slots=True)
class RoutedSend:
    """A send between accounts whatever their ledgers: in how many steps it is booked is open, between whom it is not.

    ``accounts`` are the only ones that it names, those to go through among them. ``metadata`` is that of each booking,
    None where it orders none.
    """

    accounts: frozenset[str]
    amount: int
    asset: str
    metadata: Mapping[str, Any] | None


def routed_send(parameters: Mapping[str, Any]) -> RoutedSend | None:
    """A send between accounts that both name the one to go through, else None."""
    sides = [parameters.get(side) for side in ("source", "destination")]
    held = [side.get("account") for side in sides if isinstance(side, dict) and len(side) == 1]
    accounts = [account for account in held if isinstance(account, dict)]
    names = [account.get(key) for account in accounts for key in ("id", "throughAccount")]
    named = [name for name in names if isinstance(name, str) and _ACCOUNT.fullmatch(name)]
    money, metadata = _money(parameters.get("amount")), parameters.get("metadata")
    if money is None or len(named) < 2 * len(sides):
        return None
    return RoutedSend(frozenset(named), *money, metadata if isinstance(metadata, dict) else None)


def _money(given: Any) -> tuple[int, str] | None:
    """(amount, asset) of what a ledger can move, else None; whether it moves an amount of 0 is its own matter."""
    number, asset = (given.get("amount"), given.get("asset")) if isinstance(given, dict) else (None, None)
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        return None
    return (number, asset) if isinstance(asset, str) and _ASSET.fullmatch(asset) else None


def _sends_from_world(parameters: Mapping[str, Any]) -> bool:
    send = _send(parameters, _ROUTED)
    metadata = parameters.get("metadata", {})
    plain = isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values())
    return send is not None and send[0] == "world" and send[1] != "world" and send[2] > 0 and plain


def plan_stage(number: int, stage: Any, variables: Mapping[str, Any], *, ledger: bool = True) -> StagePlan:
    """What a configured stage will do with these variables."""
    if not isinstance(stage, dict) or len(stage) != 1:
        return StagePlan(number, None, {}, None)
    kind, configured = next(iter(stage.items()))
    if kind not in RUN_NAMES or not isinstance(configured, dict):
        return StagePlan(number, None, {}, None)
    try:
        parameters = _interpolate(configured, variables)
    except _Open:
        parameters = None
    return StagePlan(number, kind, configured, parameters, ledger)


def plan(instance: InstanceRecord, *, ledger: bool = True) -> list[StagePlan]:
    """What the stages of an instance will do, at a target with or without a ledger."""
    stages = enumerate(instance.stages)
    return [plan_stage(number, stage, instance.variables, ledger=ledger) for number, stage in stages]
