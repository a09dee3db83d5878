"""The request of a step, as a pure function of the ids that its references have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import StageConfig, Step
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND, Instant, parse_duration

Place = Callable[[str], str]
"""From a reference to what stands for its id in a path (percent-encoded already) or in a query (not encoded)."""

_TENTH = 100 * MILLISECOND
_NOW = re.compile(r"now([+-])([0-9a-z]+)(?:@([+-])(\d\d):(\d\d))?")


@dataclass(frozen=True)
class Call:
    """A request to be: ``path`` is percent-encoded, ``query`` is not; ``body`` None sends none."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None


def config(step: model.Create) -> dict[str, Any]:
    """The WorkflowConfig that a step sends, its ``until`` texts not yet made concrete."""
    named = {} if step.name is None else {"name": step.name}
    return {"stages": [dict(stage) for stage in step.stages], **named}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment relative to now: ``offset`` in ns, to be written in the zone ``zone`` minutes east of UTC."""

    offset: int
    zone: int = 0


def relative_time(text: object) -> Moment | None:
    """What an ``until`` such as ``now+300ms`` or ``now-1s@+05:30`` (in that zone) means; None for any other text."""
    match = _NOW.fullmatch(text) if isinstance(text, str) else None
    length = parse_duration(match[2]) if match else None
    if match is None or length is None:
        return None
    zone = int(match[4]) * 60 + int(match[5]) if match[3] else 0
    return Moment(-length if match[1] == "-" else length, -zone if match[3] == "-" else zone)


def concrete(stages: Iterable[StageConfig], now: int) -> list[dict[str, Any]]:
    """Stages with every relative ``until`` replaced; ``now`` is the wall-clock time in ns since 1970."""
    return [{kind: _concrete(kind, parameters, now) for kind, parameters in stage.items()} for stage in stages]


def _concrete(kind: str, parameters: Any, now: int) -> Any:
    if kind != "delay" or not isinstance(parameters, dict):
        return parameters
    moment = relative_time(parameters.get("until"))
    if moment is None:
        return parameters
    at = Instant(now + moment.offset)
    if moment.zone:
        # Foreign in both ways: in another zone, and with a fraction of one digit.
        at = Instant(at.ns - at.ns % _TENTH, 1)
    return parameters | {"until": at.isoformat(moment.zone)}


def _plain(value: Any) -> str:
    """JSON as most clients write it, with letters as they are; those of the operations' cases are escaped."""
    return exact_json.dumps(value, escaped=False)


def _create(step: model.Create, _: Place) -> Call:
    return Call("POST", "/workflows", body=_plain(config(step)))


def _run(step: model.Run, place: Place) -> Call:
    body = None if step.variables is None else _plain(dict(step.variables))
    return Call("POST", f"/workflows/{place(step.workflow)}/instances", _flag("wait", step.wait), body)


def _send(step: model.Send, place: Place) -> Call:
    # One name is the same whether it is escaped, as every other one is, or not.
    body = exact_json.dumps({"name": step.event}, escaped=len(step.event) % 2 == 0)
    return Call("POST", f"/instances/{place(step.instance)}/events", body=body)


def _send_raw(step: model.SendRaw, place: Place) -> Call:
    return Call("POST", f"/instances/{place(step.instance)}/events", body=step.body or None)


def _instances(step: model.ListInstances, place: Place) -> Call:
    chosen = () if step.workflow is None else (("workflowID", place(step.workflow)),)
    return Call("GET", "/instances", chosen + _flag("running", step.running))


def _flag(name: str, value: bool | None) -> tuple[tuple[str, str], ...]:
    return () if value is None else ((name, str(value).lower()),)


_CALLS: Mapping[type[Any], Callable[[Any, Place], Call]] = {
    model.Create: _create,
    model.CreateRaw: lambda step, _: Call("POST", "/workflows", body=step.body),
    model.Run: _run,
    model.RunRaw: lambda step, place: Call("POST", f"/workflows/{place(step.workflow)}/instances", body=step.body),
    model.Send: _send,
    model.SendRaw: _send_raw,
    model.Cancel: lambda step, place: Call("PUT", f"/instances/{place(step.instance)}/abort"),
    model.Read: lambda step, place: Call("GET", f"/instances/{place(step.instance)}"),
    model.History: lambda step, place: Call("GET", f"/instances/{place(step.instance)}/history"),
    model.StageHistory: lambda step, place: Call(
        "GET", f"/instances/{place(step.instance)}/stages/{quote(step.number, safe='')}/history"
    ),
    model.GetWorkflow: lambda step, place: Call("GET", f"/workflows/{place(step.workflow)}"),
    model.ListWorkflows: lambda _step, _: Call("GET", "/workflows"),
    model.ListInstances: _instances,
    model.Delete: lambda step, place: Call("DELETE", f"/workflows/{place(step.workflow)}"),
    model.Info: lambda _step, _: Call("GET", "/_info"),
}


def call(step: Step, place: Place, query_place: Place | None = None) -> Call | None:
    """The request of a step, None for a step that is no single request.

    ``place`` gives what stands in paths, ``query_place`` what stands in queries, by default the same.
    """
    make = _CALLS.get(type(step))
    if make is None:
        return None
    in_query = isinstance(step, model.ListInstances)
    return make(step, query_place if in_query and query_place is not None else place)
