"""What exchanges showed of instances: when a client first saw a stage, saw it end, and saw the instance terminate.

Only the client's clock counts here; the server's timestamps are on another clock and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.results.model import ExchangeRecord
from conformance.wire import exact_json

_HISTORY_KINDS = {
    "RunNoop": "noop",
    "RunDelay": "delay",
    "RunWaitEvent": "wait_event",
    "RunSend": "send",
    "RunUpdate": "update",
}
_ACTIONS = {"sendEvent": "event", "cancelEvent": "cancel"}


@dataclass(slots=True)
class Bar:
    """A stage as it was seen: ms from the trace's start; ``until`` is None while it was never seen ended."""

    stage: int
    label: str
    since: float
    until: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something sent to an instance: an event or a cancellation."""

    at: float
    kind: str
    label: str
    exchange: int


@dataclass(slots=True)
class ShownInstance:
    """An instance as the client saw it."""

    id: str
    since: float
    until: float | None = None
    last_seen: float = 0.0
    bars: dict[int, Bar] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)


def shown_instances(exchanges: Sequence[ExchangeRecord]) -> list[ShownInstance]:
    """The instances that the exchanges show, in the order in which they appear."""
    found: dict[str, ShownInstance] = {}
    kinds: dict[str, list[str]] = {}
    for position, exchange in enumerate(exchanges):
        data = _data(exchange)
        _learn_kinds(kinds, data)
        if exchange.operation in {"runWorkflow", "getInstance"} and isinstance(data, dict):
            _see_instance(found, exchange, data, kinds)
        elif exchange.operation == "listInstances":
            # A list also holds instances that are none of this scenario's; only those seen elsewhere are shown.
            for listed in (item for item in _dicts(data) if str(item.get("id")) in found):
                _see_instance(found, exchange, listed, kinds)
        elif exchange.operation == "getInstanceHistory" and isinstance(data, list):
            _see_history(found, exchange, data)
        elif exchange.operation in _ACTIONS:
            _act(found, exchange, position)
    return list(found.values())


def _data(exchange: ExchangeRecord) -> Any:
    if exchange.status is None or not 200 <= exchange.status < 300:
        return None
    value = exact_json.parse_or_none(exchange.response_body)
    return value.get("data") if isinstance(value, dict) else None


def _learn_kinds(kinds: dict[str, list[str]], data: Any) -> None:
    workflow = data.get("workflow", data) if isinstance(data, dict) else None
    config = workflow.get("config") if isinstance(workflow, dict) else None
    stages = config.get("stages") if isinstance(config, dict) else None
    if isinstance(workflow, dict) and isinstance(stages, list):
        kinds[str(workflow.get("id"))] = [_kind(stage) for stage in stages]


def _kind(stage: Any) -> str:
    if not isinstance(stage, dict) or len(stage) != 1:
        return "stage"
    name, parameters = next(iter(stage.items()))
    detail = parameters.get("event") or parameters.get("duration") if isinstance(parameters, dict) else None
    return f"{name} {detail}" if isinstance(detail, str) else str(name)


def _see_instance(
    found: dict[str, ShownInstance], exchange: ExchangeRecord, data: dict[str, Any], kinds: dict[str, list[str]]
) -> None:
    shown_instance = _life(found, str(data.get("id")), exchange)
    names = kinds.get(str(data.get("workflowID")), [])
    status = data.get("status")
    for entry in _dicts(status):
        number = entry.get("stage")
        if isinstance(number, int):
            label = names[number] if 0 <= number < len(names) else "stage"
            _see_stage(shown_instance, exchange, (number, label), ended=bool(entry.get("terminatedAt")), entry=entry)
    if data.get("terminated") is True and shown_instance.until is None:
        shown_instance.until = exchange.received_ms


def _see_history(found: dict[str, ShownInstance], exchange: ExchangeRecord, data: list[Any]) -> None:
    shown_instance = _life(found, _path_id(exchange), exchange)
    for number, entry in enumerate(_dicts(data)):
        name = str(entry.get("name"))
        ended = entry.get("terminated") is True
        _see_stage(shown_instance, exchange, (number, _HISTORY_KINDS.get(name, name)), ended=ended, entry=entry)


def _see_stage(
    shown_instance: ShownInstance,
    exchange: ExchangeRecord,
    stage: tuple[int, str],
    *,
    ended: bool,
    entry: dict[str, Any],
) -> None:
    number, label = stage
    bar = shown_instance.bars.setdefault(number, Bar(number, label, exchange.received_ms))
    bar.failed = bar.failed or bool(entry.get("error"))
    if bar.label == "stage":
        bar.label = label
    if ended and bar.until is None:
        bar.until = exchange.received_ms


def _act(found: dict[str, ShownInstance], exchange: ExchangeRecord, position: int) -> None:
    shown_instance = _life(found, _path_id(exchange), exchange)
    kind = _ACTIONS[str(exchange.operation)]
    body = exact_json.parse_or_none(exchange.request_body)
    name = body.get("name") if isinstance(body, dict) else None
    label = f"{kind} {name}" if isinstance(name, str) else kind
    shown_instance.actions.append(Action(exchange.sent_ms, kind, label, position))


def _life(found: dict[str, ShownInstance], name: str, exchange: ExchangeRecord) -> ShownInstance:
    shown_instance = found.setdefault(name, ShownInstance(name, exchange.received_ms))
    shown_instance.last_seen = max(shown_instance.last_seen, exchange.received_ms)
    return shown_instance


def _path_id(exchange: ExchangeRecord) -> str:
    return exchange.url.rpartition("/instances/")[2].split("/", maxsplit=1)[0].split("?", maxsplit=1)[0]


def _dicts(value: Any) -> Iterable[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
