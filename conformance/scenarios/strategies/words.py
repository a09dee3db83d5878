"""The words that scenarios are drawn from: event names and their near misses, variables, stages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

from conformance.scenarios.scenario.model import StageConfig

EVENTS = (
    "go",
    "approve",
    "Ready",
    "order.paid",
    "ship it",
    "step-2",
    "événement",
    "批准",
    "GO",
    "a/b?c=d&e#f",
    'quote"back\\slash',
    "🚀",
    " e\u0301tat \t",
    "e" * 200,
    "60s",
    "2026-01-01T00:00:00.000Z",
)
"""Event names that differ in what a careless server might do to them."""

TELLING_EVENTS = (
    "Order_paid (100%) é.v-1",
    "a_step.of 50% " + "long-winded name " * 16 + "Ré",
    "10.50",
    " launch 🚀 at 批,or|both;now ",
)
"""Names in which every way of comparing carelessly shows: as a pattern, cut short, trimmed on one side only, without
case, composed anew, as a number, decoded, with letters of a few bytes only, by each of its parts."""

AWKWARD = (
    "",
    " ",
    "42",
    "naïve café 批准 🚀",
    "a b",
    'say "hi"\\n',
    "null",
    "<b>&amp;</b>",
    "x" * 5000,
    "e\u0301",
    "line\nbreak",
    "two\r\nlines",
    "$",
    "{}",
    "%s%d",
    "../..",
    "60s",
    "007",
    '"quoted"',
    "{{ x }} #{x} $(x) %{x} <%= x %>",
)
"""Values of variables that are legal strings, and easily mangled."""

LOOKALIKES = (
    "60s",
    "1h",
    "2024-01-01",
    "2026-01-01T00:00:00.000Z",
    "true",
    "null",
    "1.0",
    "007",
    "00",
    "NaN",
    "",
    " ",
    "🚀",
)
"""Texts that look like a duration, a date, a number or nothing, and are texts all the same."""

TELLING_VALUE = ' "q"\\n $1 $x \\1 $$ $& %s %20 a=b;c,d|e:f?g+h {0} {{x}} #{x} <b>&amp;</b> naïve 批准 🚀 e\u0301\t\'  '
"""One value in which most ways of mangling a text show."""

TELLING_KEY = "Example.com/a_b-c:d e.f"
"""One key of metadata in which most ways of mangling a key show."""

OPEN_VALUES = ("${", "${x}", "a${b", "$${x}", "}${")
"""Values that hold a placeholder themselves; what becomes of them is open, that nothing breaks is not."""

KEYS = (
    "x",
    "order",
    "Order",
    "order_id",
    "orderId",
    "ORDER_ID",
    "_order",
    "a.b",
    "key with space",
    "ключ",
    "k-1",
    "0",
    "1h",
    "null",
    "event",
    "id",
    "instanceID",
    "workflowID",
    "now",
    "HOME",
    "__proto__",
    "a:b",
    "order:-none",
    "a|b",
    "a[0]",
    "name-of-more-than-sixty-four-characters-" * 2,
)
"""Names of variables, and keys of metadata: of each style, and such as mean something to somebody."""

UNUSED = {"missing": "given to another run"}
"""A variable that is given to runs of workflows which do not refer to it, and not to runs of one which does."""

NAMES = (
    TELLING_VALUE,
    "",
    "flow",
    "Flow",
    " flow ",
    "批准",
    "n" * 300,
    "${x}",
    "a/b",
    "flow\u00a0",
    "two\r\nlines\u0007",
    '"',
    "007",
    "60s",
    "null",
    "2026-01-01T00:00:00.000Z",
)
"""Names of workflows; they need not be unique."""

LONG_NAME = "a longer name than most columns hold " * 60
"""A name of two thousand characters."""

PLAIN = "flow"
"""A name that nothing is special about."""

_LOOKALIKES = {"o": "о", "a": "а", "e": "е", "p": "р", "g": "ɡ", "R": "Ｒ", "-": "‐", ".": "․"}


_BASIC = 0xFFFF
# From a character of ASCII to the same one in full width.
_WIDE = 0xFEE0
_BETWEEN = ":/.,;#?&=|@ -\t"


def _first_widened(event: str) -> str:
    """The first letter of ASCII in full width: equal in compatibility form alone."""
    for at, character in enumerate(event):
        if "!" <= character <= "~":
            return event[:at] + chr(ord(character) + _WIDE) + event[at + 1 :]
    return event


# What an engine may call its own signals.
_ORDERS = ("cancel", "abort", "terminate")


def near_misses(event: str) -> list[str]:
    """Other names that a careless comparison would take for this one, and a careless engine for an order."""
    swapped = "".join(_LOOKALIKES.get(character, character) for character in event)
    candidates = [
        event.swapcase(),
        event.upper(),
        event.lower(),
        f" {event}",
        f"{event} ",
        f"{event}\n",
        event[:-1],
        f"{event}x",
        f"{event[:-1]}~",
        event.replace("_", "x"),
        event.replace("%", "xyz"),
        event.replace(".", "x"),
        event.replace("(", "").replace(")", ""),
        f"x{event}",
        event * 2,
        swapped,
        f"{event}\u200b",
        _first_widened(event),
        event.strip(),
        unicodedata.normalize("NFD", event),
        unicodedata.normalize("NFC", event),
        event.replace(" ", "  "),
        event.replace(" ", "+"),
        quote(event, safe=""),
        f"0{event}",
        f"{event}0",
        # A part of a name is not the name, whatever parts it from the rest.
        *(f"{event}{between}1" for between in _BETWEEN),
        *(f"1{between}{event}" for between in _BETWEEN),
        *(part for between in _BETWEEN for part in event.split(between) if between in event),
        f"{event}*",
        "".join(chr(ord(character) ^ 1) if ord(character) > _BASIC else character for character in event),
        "".join("?" if ord(character) > _BASIC else character for character in event),
        event.encode("ascii", "replace").decode(),
        "*",
        ".*",
        "%",
        *_ORDERS,
    ]
    return [name for name in dict.fromkeys(candidates) if name and name != event]


def noop() -> StageConfig:
    """A stage that ends at once."""
    return {"noop": {}}


def wait_for(event: str) -> StageConfig:
    """A stage that waits for an event."""
    return {"wait_event": {"event": event}}


def delay(ms: int) -> StageConfig:
    """A stage that lasts some milliseconds."""
    return {"delay": {"duration": f"{ms}ms"}}


def hour() -> StageConfig:
    """A stage that outlasts every scenario."""
    return {"delay": {"duration": "1h"}}


def western_hours() -> StageConfig:
    """The same, until a moment whose local time has passed in UTC: on a slow target near moments pass too soon."""
    return until("now+5h@-11:30")


FINE_MOMENT = "2091-05-05T05:05:05.123456789Z"
"""A moment to the nanosecond; a server that reads fewer digits may take it for none."""

LONG_DELAYS: tuple[StageConfig, ...] = (
    {"delay": {"duration": "2m"}},
    {"delay": {"duration": "1000h"}},
    {"delay": {"until": FINE_MOMENT}},
    {"delay": {"until": "2999-12-31T23:59:59Z"}},
)
"""Delays that outlast every run, in forms that a careless server takes for short ones."""

ZONES = ("", "@+05:30", "@-07:00", "@+14:00", "@-11:30")
"""What may follow a relative moment: the zone that it is written in."""


def until(moment: str) -> StageConfig:
    """A delay until a moment: a date-time, or relative as ``now+300ms``."""
    return {"delay": {"until": moment}}


def send(source: str, destination: str, amount: int, asset: str = "USD/2", **more: Any) -> StageConfig:
    """A transfer between accounts of the default ledger."""
    accounts = {"source": {"account": {"id": source}}, "destination": {"account": {"id": destination}}}
    return {"send": {**accounts, "amount": {"amount": amount, "asset": asset}, **more}}


_TELLING_PARTS: Mapping[str, Mapping[str, Any]] = {
    "account": {"ledger": "Books-2", "throughAccount": "Via:Main", "allowOverdraft": True},
    "wallet": {"balance": "Main"},
    "payment": {"ledger": "Books-2", "holdingAccount": "Hold:A", "throughAccount": "Via:Main", "allowOverdraft": True},
    "payee": {"type": "PAYOUT", "sourceAccount": "Acct_1Ab"},
}
"""By holder of money what it may have besides its id, in values in which capitals tell; a payee is a payment's."""

_OF_A_SEND: Mapping[str, Any] = {
    "metadata": {"Key": "Value " * 60},
    "timestamp": "2024-02-29T23:59:59.123456789Z",
}


def sends_of_every_form() -> Iterator[StageConfig]:
    """Sends between holders of each kind: with all that they may have, and with each part alone, left out, and absent.

    So a part that is lost for want of another one, or beside it, is missed.
    """
    sides = (("account", "account"), ("wallet", "wallet"), ("payment", "payee"))
    for source, target in sides:
        some = zip_longest(_some_of(_TELLING_PARTS[source]), _some_of(_TELLING_PARTS[target]))
        for paid, payee in some:
            yield _between(source, paid or {}, target, payee or {}, {})
    for parts in _some_of(_OF_A_SEND):
        yield _between("account", {}, "account", {}, parts)


def _some_of(parts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All parts, none, each alone, and all but each."""
    yield dict(parts)
    yield {}
    for key in parts if len(parts) > 1 else ():
        yield {key: parts[key]}
        yield {other: parts[other] for other in parts if other != key}


def _between(
    source: str, paid: Mapping[str, Any], target: str, payee: Mapping[str, Any], parts: Mapping[str, Any]
) -> StageConfig:
    holders = {"source": {source: {"id": "Main:Acc_" + "x" * 70, **paid}}}
    to = {"psp": "Stripe", **payee} if target == "payee" else {"id": "Other:Acc", **payee}
    holders["destination"] = {"payment" if target == "payee" else target: to}
    return {"send": {**holders, "amount": {"amount": 5, "asset": "USD/2"}, **parts}}


def routed(source: str, destination: str, through: str, amount: int) -> StageConfig:
    """A transfer within the default ledger whose accounts name one to go through."""
    sides = {"source": source, "destination": destination}
    held = {side: {"account": {"id": account, "throughAccount": through}} for side, account in sides.items()}
    return {"send": {**held, "amount": {"amount": amount, "asset": "USD/2"}}}


def update(account: str, metadata: dict[str, str], ledger: str = "default") -> StageConfig:
    """A change of an account's metadata."""
    return {"update": {"account": {"id": account, "ledger": ledger, "metadata": metadata}}}
