"""From exchanges that show a violation to a scenario that sends the same requests again."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from types import MappingProxyType

from conformance.contract.api import V1
from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import from_json, to_json
from conformance.scenarios.scenario.model import UNKNOWN, Scenario, Step
from conformance.scenarios.steps.asking import OF_WORKFLOW
from conformance.trace import Exchange, Trace
from conformance.trace.roles import Role

_WAIT = {"true": True, "false": False}
# What these made is referred to by later steps, so they stay steps of their own.
_MAKERS = ("createWorkflow", "runWorkflow")
# Ids as servers give them.
_ID = re.compile(r"[\w.~-]{1,100}", re.ASCII)


class _Unplayable(Exception):
    """The request cannot be expressed as a step of a scenario."""


class _Excerpt:
    """Collects steps; ids that creations in the excerpt gave become references."""

    def __init__(self, names: Mapping[str, str] = MappingProxyType({})) -> None:
        self._names = dict(names)

    def _bind(self, exchange: Exchange, letter: str) -> str:
        name = f"{letter}{len(self._names) + 1}"
        if exchange.data_id is not None:
            self._names[exchange.data_id] = name
        return name

    def _named(self, exchange: Exchange, parameter: str) -> str:
        return self._reference(exchange.params[parameter])

    def _reference(self, found: str) -> str:
        """The reference for an id, or for an odd text in its place."""
        return self._names.get(found) or (UNKNOWN if _ID.fullmatch(found) else model.reference_to(found))

    def create(self, exchange: Exchange) -> Step:
        body = exchange.request_json
        known = isinstance(body, dict) and body.keys() <= {"name", "stages"} and isinstance(body.get("stages"), list)
        # A server may have taken whatever was sent as a name.
        named = known and isinstance(body.get("name"), str | None)
        if named and exchange.ok and all(isinstance(stage, dict) for stage in body["stages"]):
            return model.Create(self._bind(exchange, "w"), tuple(body["stages"]), body.get("name"))
        return model.CreateRaw(_text(exchange))

    def run(self, exchange: Exchange) -> Step:
        workflow = self._named(exchange, "workflowID")
        body = exchange.request_json
        if not exchange.request.body:
            body = None
        elif not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
            return model.RunRaw(workflow, _text(exchange))
        return model.Run(self._bind(exchange, "i"), workflow, body, _WAIT.get(exchange.query("wait") or ""))

    def send(self, exchange: Exchange) -> Step:
        body = exchange.request_json
        if isinstance(body, dict) and body.keys() == {"name"} and isinstance(body["name"], str):
            return model.Send(self._named(exchange, "instanceID"), body["name"])
        return model.SendRaw(self._named(exchange, "instanceID"), _text(exchange))

    def list_instances(self, exchange: Exchange) -> Step:
        query = dict(exchange.request.query)
        if not query.keys() <= {"workflowID", "running"} or query.get("running", "true") not in ("true", "false"):
            return self.ask(exchange)
        workflow = self._reference(query["workflowID"]) if "workflowID" in query else None
        return model.ListInstances(workflow, query["running"] == "true" if "running" in query else None)

    def step(self, exchange: Exchange) -> Step:
        """The step that sends the same request. Raises _Unplayable."""
        makers: Mapping[str, Callable[[Exchange], Step]] = {
            "getServerInfo": lambda _: model.Info(),
            "listWorkflows": lambda _: model.ListWorkflows(),
            "createWorkflow": self.create,
            "getWorkflow": lambda e: model.GetWorkflow(self._named(e, "flowId")),
            "deleteWorkflow": lambda e: model.Delete(self._named(e, "flowId")),
            "runWorkflow": self.run,
            "listInstances": self.list_instances,
            "getInstance": lambda e: model.Read(self._named(e, "instanceID")),
            "sendEvent": self.send,
            "cancelEvent": lambda e: model.Cancel(self._named(e, "instanceID")),
            "getInstanceHistory": lambda e: model.History(self._named(e, "instanceID")),
            "getInstanceStageHistory": lambda e: model.StageHistory(self._named(e, "instanceID"), e.params["number"]),
        }
        maker = makers.get(exchange.operation or "", self.ask)
        made = exchange.ok and exchange.operation in _MAKERS
        return self.ask(exchange) if _is_odd(exchange) and not made else maker(exchange)

    def ask(self, exchange: Exchange) -> Step:
        """The request as it is: with a method that its path does not have, or a query of any form."""
        request = exchange.request
        found, query = V1.on_path(request.path), dict(request.query)
        if found is None or len(query) < len(request.query):
            raise _Unplayable
        about = {**query, **found.params}
        workflow, instance = (
            next((self._reference(about[name]) for name in names if name in about), None)
            for names in (OF_WORKFLOW, ("instanceID",))
        )
        return model.Ask(
            exchange.operation or found.operation.action,
            None if exchange.operation else request.method,
            workflow,
            instance,
            found.params.get("number"),
            {name: value for name, value in query.items() if name != "workflowID"} or None,
            None if request.body is None else _text(exchange),
        )


def _is_odd(exchange: Exchange) -> bool:
    """Whether a query has what no step of the operation's own sends; the lists of instances see to theirs."""
    own = {"runWorkflow": {("wait", each) for each in _WAIT}}.get(exchange.operation or "", set[tuple[str, str]]())
    return exchange.operation != "listInstances" and not set(exchange.request.query) <= own


def _text(exchange: Exchange) -> str:
    try:
        return (exchange.request.body or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unplayable from error


def scenario_of_exchanges(trace: Trace, observation: Observation) -> Scenario | None:
    """The cited requests, after those that created what they are about; None when one cannot be expressed as a step."""
    cited = set(observation.exchanges)
    ids = {value for index in cited for value in _named(trace.at(index))}
    runs = [e for e in trace.exchanges if e.operation == "runWorkflow" and _made(e) in ids]
    ids |= {run.params["workflowID"] for run in runs}
    wanted = [e for e in trace.exchanges if e.index in cited or (_made(e) in ids and _made(e) is not None)]
    excerpt = _Excerpt()
    try:
        steps = tuple(excerpt.step(exchange) for exchange in wanted)
    except (_Unplayable, KeyError):
        return None
    return Scenario(steps, trace.source)


def _named(exchange: Exchange) -> Iterator[str]:
    """What the path and the query of a request name, whatever its method."""
    found = V1.on_path(exchange.request.path)
    yield from (exchange.params or (found.params if found else {})).values()
    yield from (value for name, value in exchange.request.query if name in OF_WORKFLOW)


def names_of(scenario: Scenario, trace: Trace) -> dict[str, str]:
    """By id, the reference of what a play of the scenario made."""
    steps = dict(model.numbered(scenario.steps))
    names = {}
    for exchange in trace.exchanges:
        ref = model.binds(steps[exchange.step]) if exchange.step in steps else None
        made = _made(exchange)
        if ref is not None and made is not None:
            names[made] = ref
    return names


def closing_reads(
    scenario: Scenario, trace: Trace, observation: Observation, names: Mapping[str, str]
) -> dict[int, Step]:
    """The cited reads that no step asked for, as steps, by the index of their exchange.

    They are the suite's own, after the last step or while it waited until all was due. ``names`` are the references of
    the scenario by id.
    """
    settles = {number for number, step in model.numbered(scenario.steps) if isinstance(step, model.Settle)}
    excerpt = _Excerpt(names)
    cited = (trace.at(index) for index in observation.exchanges)
    found: dict[int, Step] = {}
    for exchange in (each for each in cited if each.step in {None, *settles} and each.request.method == "GET"):
        about = {value for name, value in exchange.params.items() if name != "number"}
        if about | {value for name, value in exchange.request.query if name == "workflowID"} <= names.keys():
            with contextlib.suppress(_Unplayable, KeyError):
                found[exchange.index] = excerpt.step(exchange)
    return found


def with_own_reads(trace: Trace, only: Collection[int] | None = None) -> Trace | None:
    """A play with the suite's own reads, which came before the closing steps, as steps of its scenario before these.

    ``only``: the exchanges that count, all by default. A play of the scenario as it was has the closing steps, but
    reads everything only after them: what such a read does to an instance, or shows of it, would not come back. None
    where there were none.
    """
    acts = [each for each in trace.exchanges if each.client == Role.CLOSING and each.step is not None]
    first = min((each.step for each in acts if each.step is not None), default=None)
    if first is None or trace.scenario is None:
        return None
    begun = min(each.sent for each in acts)
    scenario = from_json(trace.scenario)
    excerpt, reads = _Excerpt(names_of(scenario, trace)), dict[Step, list[int]]()
    for exchange in trace.exchanges:
        own = exchange.client == Role.AUDIT and exchange.sent < begun and exchange.request.method == "GET"
        if own and (only is None or exchange.index in only):
            with contextlib.suppress(_Unplayable, KeyError):
                reads.setdefault(excerpt.step(exchange), []).append(exchange.index)
    if not reads:
        return None
    numbers = accumulate(map(model.size, scenario.steps), initial=0)
    before = next(place for place, number in enumerate(numbers) if number >= first)
    steps = (*scenario.steps[:before], *reads, *scenario.steps[before:])
    return replace(
        trace,
        scenario=to_json(replace(scenario, steps=steps)),
        exchanges=tuple(_renumbered(each, first, list(reads.values())) for each in trace.exchanges),
    )


def _renumbered(exchange: Exchange, first: int, reads: Sequence[Collection[int]]) -> Exchange:
    """The exchange with the number of its step once a step for each of some reads stands before the ``first``."""
    number = exchange.step
    place = next((place for place, indices in enumerate(reads) if exchange.index in indices), None)
    if place is not None:
        return replace(exchange, step=first + place)
    return exchange if number is None or number < first else replace(exchange, step=number + len(reads))


def _made(exchange: Exchange) -> str | None:
    return exchange.data_id if exchange.operation in ("createWorkflow", "runWorkflow") else None
