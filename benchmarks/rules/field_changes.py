"""Every way in which a server could get one field of one operation's answers wrong, by itself.

A change concerns a field (a path of keys; ``*`` is each element of a list, ``*first``, ``*last`` and ``*second`` one of
several), says what becomes of its value, and may apply in some circumstances only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from conformance.trace import Exchange, Trace
from conformance.wire import exact_json

Field = tuple[str, ...]
Change = Callable[[Any], Any]
Circumstance = Callable[[Exchange], bool]

_MISSING = object()
_DEEPEST = 6
_SEEN_OFTEN = 3
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(.*)")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_KINDS = ("noop", "delay", "wait_event", "send", "update")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What becomes of one field; ``when`` names the circumstance, "" for always."""

    operation: str
    field: Field
    how: str
    when: str
    change: Change
    applies: Circumstance

    @property
    def name(self) -> str:
        """The change in words."""
        when = f", {self.when}" if self.when else ""
        return f"{self.operation} {'/'.join(self.field) or '(body)'}: {self.how}{when}"

    def of(self, trace: Trace) -> Trace | None:
        """The trace as a server with this change would have left it; None where it shows in no answer."""
        exchanges = tuple(map(self._answer, trace.exchanges))
        return replace(trace, exchanges=exchanges) if exchanges != trace.exchanges else None

    def _answer(self, exchange: Exchange) -> Exchange:
        if exchange.operation != self.operation or not _readable(exchange) or not self.applies(exchange):
            return exchange
        body = _changed(exchange.json, self.field, self.change)
        if exchange.response is None or (body == exchange.json and type(body) is type(exchange.json)):
            return exchange
        return replace(exchange, response=replace(exchange.response, body=exact_json.encode(body)))


def field_changes(traces: Iterable[Trace]) -> list[FieldChange]:
    """All changes of the fields that the successful answers of some traces have."""
    found: list[FieldChange] = []
    for operation, fields in _fields(traces).items():
        for field, value in fields.items():
            for how, change in _ways(value):
                if not field and how == "missing":
                    continue
                found += [
                    FieldChange(operation, field, how, when, change, applies)
                    for when, applies in {"": _always, **_CIRCUMSTANCES.get(operation, {})}.items()
                ]
                found += [FieldChange(operation, one, how, "", change, _always) for one in _single(field)]
    return found


def _fields(traces: Iterable[Trace]) -> dict[str, dict[Field, Any]]:
    """By operation the fields of its answers that were seen several times, each with a telling value."""
    values: dict[str, dict[Field, Any]] = {}
    times: dict[tuple[str, Field], int] = {}
    for trace in traces:
        for exchange in filter(_readable, trace.exchanges):
            own = values.setdefault(exchange.operation or "", {})
            for field, value in _walk(exchange.json, ()):
                times[exchange.operation or "", field] = times.get((exchange.operation or "", field), 0) + 1
                if value is not None and own.get(field) in (None, "", [], {}):
                    own[field] = value
    return {
        operation: {field: value for field, value in own.items() if times[operation, field] >= _SEEN_OFTEN}
        for operation, own in values.items()
    }


def _readable(exchange: Exchange) -> bool:
    return bool(exchange.operation) and exchange.ok and isinstance(exchange.json, dict)


def _walk(value: Any, field: Field) -> Iterator[tuple[Field, Any]]:
    """The fields of a body; what a client configured is one field, since only its creation tells what it should be."""
    yield field, value
    if len(field) == _DEEPEST or field[-1:] == ("stages",):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*field, key))
    elif isinstance(value, list) and value:
        yield from _walk(value[0], (*field, "*"))


def _single(field: Field) -> Iterator[Field]:
    """The same field of one element only."""
    if "*" in field:
        place = field.index("*")
        for which in ("*first", "*second", "*last"):
            yield (*field[:place], which, *field[place + 1 :])


def _changed(value: Any, field: Field, change: Change) -> Any:
    if not field:
        return change(value) if value is not None else value
    key, rest = field[0], field[1:]
    if key.startswith("*"):
        return _changed_elements(value, key, rest, change) if isinstance(value, list) else value
    if not isinstance(value, dict) or key not in value:
        return value
    inner = _changed(value[key], rest, change)
    return {name: each for name, each in value.items() if name != key} if inner is _MISSING else {**value, key: inner}


def _changed_elements(values: list[Any], which: str, rest: Field, change: Change) -> list[Any]:
    one = {"*first": 0, "*second": 1, "*last": len(values) - 1}.get(which)
    if one is not None and len(values) < 2:
        return values
    changed = [_changed(each, rest, change) if one in (None, n) else each for n, each in enumerate(values)]
    return [each for each in changed if each is not _MISSING]


def _ways(value: Any) -> Iterator[tuple[str, Change]]:
    """What may become of a value like this, each with its name."""
    yield "missing", lambda _: _MISSING
    yield "null", lambda _: None
    if isinstance(value, bool):
        yield from (("flipped", lambda v: not v), ("a text", lambda v: str(v).lower()))
        yield from (("always true", lambda _: True), ("always false", lambda _: False))
    elif isinstance(value, str):
        yield from (("empty", lambda _: ""), ("a number", lambda _: 7))
        yield from _of_date() if _DATE.match(value) else _of_id() if _ID.fullmatch(value) else _of_text()
    elif isinstance(value, list):
        yield from (("none", lambda _: []), ("an object", lambda _: {}), ("reversed", lambda v: v[::-1]))
        yield from (("without the last", lambda v: v[:-1]), ("without the first", lambda v: v[1:]))
        yield from (("the last twice", lambda v: v + v[-1:]), ("the first only", lambda v: v[:1]))
        yield from (("cut at five", lambda v: v[:5]), ("unwrapped", lambda v: v[0] if len(v) == 1 else v))
    elif isinstance(value, dict):
        yield from (("a list", lambda _: []), ("empty", lambda _: {}), ("a text", exact_json.dumps))
    else:
        yield from (("one more", lambda v: int(v) + 1), ("a text", str), ("zero", lambda _: 0))
        yield "a fraction", lambda v: int(v) + 0.5


def _of_date() -> Iterator[tuple[str, Change]]:
    for how, seconds in (("an hour later", 3600), ("an hour earlier", -3600), ("a second later", 1)):
        yield how, partial(_shifted, seconds=seconds)
    yield from (("the zero of dates", lambda _: "0001-01-01T00:00:00Z"), ("seconds since 1970", lambda _: 1700000000))
    yield "without a zone", lambda v: re.sub(r"(Z|[+-]\d\d:\d\d)$", "", v)
    yield from (("with a blank for T", lambda v: v.replace("T", " ")), ("the day only", lambda v: v[:10]))
    yield "one for all", lambda _: "2024-01-01T00:00:00Z"


def _of_id() -> Iterator[tuple[str, Change]]:
    yield from (("one for all", lambda _: "11111111-2222-4333-8444-555555555555"), ("cut", lambda v: v[:8]))
    yield from (("in braces", lambda v: f"{{{v}}}"), ("in capitals", lambda v: v.upper()))


def _of_text() -> Iterator[tuple[str, Change]]:
    yield from (("with more behind it", lambda v: f"{v}x"), ("trimmed", lambda v: str(v).strip()))
    yield from (("in capitals", lambda v: str(v).upper()), ("in small letters", lambda v: str(v).lower()))
    yield "cut at eight", lambda v: str(v)[:8]


def _shifted(value: str, seconds: int) -> str:
    found = _DATE.match(value)
    if found is None:
        return value
    return (datetime.fromisoformat(found[1]) + timedelta(seconds=seconds)).isoformat() + found[2]


def _always(_: Exchange) -> bool:
    return True


def _asked(exchange: Exchange, **wanted: str | None) -> bool:
    """Whether the query is as wanted; None: without that parameter."""
    query = dict(exchange.request.query)
    return all(query.get(name) == value for name, value in wanted.items())


def _shown(exchange: Exchange) -> Mapping[str, Any]:
    return exchange.data if isinstance(exchange.data, dict) else {}


def _elements(exchange: Exchange) -> list[Any]:
    return exchange.data if isinstance(exchange.data, list) else []


def _stages(exchange: Exchange) -> list[Any]:
    return (_shown(exchange).get("config") or {}).get("stages") or []


def _has(kind: str, exchange: Exchange) -> bool:
    return any(kind in stage for stage in _stages(exchange))


_OF_WORKFLOW: dict[str, Circumstance] = {
    "named": lambda e: bool((_shown(e).get("config") or {}).get("name")),
    "without a name": lambda e: not (_shown(e).get("config") or {}).get("name"),
    "without stages": lambda e: not _stages(e),
    **{f"with a {kind}": partial(_has, kind) for kind in _KINDS},
}
_CIRCUMSTANCES: dict[str, dict[str, Circumstance]] = {
    "createWorkflow": _OF_WORKFLOW,
    "getWorkflow": _OF_WORKFLOW,
    "listWorkflows": {"few": lambda e: len(_elements(e)) < 5, "many": lambda e: len(_elements(e)) >= 20},
    "runWorkflow": {
        "waited for": lambda e: _asked(e, wait="true"),
        "not waited for": lambda e: not _asked(e, wait="true"),
        "with a body": lambda e: bool(e.request.body),
        "without a body": lambda e: not e.request.body,
    },
    "getInstance": {
        "running": lambda e: _shown(e).get("terminated") is False,
        "ended well": lambda e: _shown(e).get("terminated") is True and not _shown(e).get("error"),
        "ended with an error": lambda e: bool(_shown(e).get("error")),
        "without stages": lambda e: not _shown(e).get("status"),
        "with one stage": lambda e: len(_shown(e).get("status") or []) == 1,
        "with many stages": lambda e: len(_shown(e).get("status") or []) > 3,
    },
    "listInstances": {
        "of a workflow": lambda e: "workflowID" in dict(e.request.query) and _asked(e, running=None),
        "running": lambda e: _asked(e, running="true", workflowID=None),
        "running of a workflow": lambda e: "workflowID" in dict(e.request.query) and _asked(e, running="true"),
        "ended": lambda e: _asked(e, running="false"),
        "all": lambda e: not e.request.query,
        "one": lambda e: len(_elements(e)) == 1,
        "many": lambda e: len(_elements(e)) > 2,
    },
    "getInstanceHistory": {
        "one": lambda e: len(_elements(e)) == 1,
        "many": lambda e: len(_elements(e)) > 3,
        "the last open": lambda e: bool(_elements(e)) and not _elements(e)[-1].get("terminated"),
        "all ended": lambda e: bool(_elements(e)) and bool(_elements(e)[-1].get("terminated")),
        "with an error": lambda e: any(entry.get("error") for entry in _elements(e)),
    },
    "getInstanceStageHistory": {
        "done": lambda e: bool(_elements(e)) and bool(_elements(e)[0].get("terminated")),
        "failed": lambda e: any(entry.get("error") for entry in _elements(e)),
        "of a send": lambda e: any(entry.get("name") == "CreateTransaction" for entry in _elements(e)),
        "of an update": lambda e: any(entry.get("name") == "AddAccountMetadata" for entry in _elements(e)),
    },
}
