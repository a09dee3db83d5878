"""Hand-written traces for the tests of the rules: an imaginary server that answers rightly unless told otherwise.

    t = TraceBuilder()
    w = t.create([{"wait_event": {"event": "go"}}])
    i = t.run(w)
    t.get(i, spans=[(5, None)])
    t.send(i, "go")
    t.settled()
    t.get(i, spans=[(5, 9)], ended=9)
    tally(RULES["stage.waits"], t)  # (upheld, violated)

All times are milliseconds on one axis: the client's clock starts at 0, and so does the server's (`stamp`). Each
exchange takes half a millisecond and the next one is sent half a millisecond later; `at` and `took` change that, so
overlaps are written as `at` earlier than the end of another. Every method takes the options of `exchange`: `status`,
`answer` (a JSON value, or bytes for a raw body), `failure`, `headers`, `client`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack, cast
from urllib.parse import quote

from conformance.trace import Exchange
from tests.rules.bodies import ACTIVITIES, Span, error_of, stamp, times_of, uuid
from tests.rules.exchanges import JSON_HEADERS, ExchangeBuilder, Options

__all__ = ["JSON_HEADERS", "Options", "TraceBuilder"]


class Shown(TypedDict, total=False):
    """What `TraceBuilder.instance` makes the body of an instance of."""

    spans: Sequence[Span]
    ended: float | None
    error: str | None
    change: dict[str, Any] | None


class RunOptions(Options, Shown, total=False):
    """What a run can be told: about its exchange, and about the instance in the answer."""


def _parted(options: RunOptions) -> tuple[Shown, Options]:
    names = Shown.__optional_keys__
    shown = {name: value for name, value in options.items() if name in names}
    others = {name: value for name, value in options.items() if name not in names}
    return cast(Shown, shown), cast(Options, others)


class TraceBuilder(ExchangeBuilder):
    """Builds one trace, operation by operation."""

    def info(self, version: Any = "1.0", **options: Unpack[Options]) -> Exchange:
        """getServerInfo."""
        return self.exchange("GET", "/_info", (200, {"version": version}), **options)

    def create(
        self,
        stages: Any,
        name: str | None = None,
        *,
        id: str | None = None,  # noqa: A002
        echo: Any = None,
        body: Any = None,
        **options: Unpack[Options],
    ) -> str:
        """createWorkflow; returns the id. ``echo``: another config in the answer; ``body``: another request body."""
        workflow_id = id or uuid(1, len(self.exchanges) + 1)
        sent = {"stages": stages} if name is None else {"name": name, "stages": stages}
        at = stamp(options.get("at", self.now))
        config = {"name": name or "", "stages": stages} if echo is None else echo
        workflow = {"id": workflow_id, "config": config, "createdAt": at, "updatedAt": at}
        self.exchange("POST", "/workflows", (201, {"data": workflow}), body=sent if body is None else body, **options)
        if self.last.status == 201:
            self.workflow_bodies[workflow_id] = workflow
        return workflow_id

    def get_workflow(self, workflow: str, change: dict[str, Any] | None = None, **options: Unpack[Options]) -> Exchange:
        """getWorkflow; ``change``: fields that differ from the creation's."""
        body = {**self.workflow_bodies.get(workflow, {}), **(change or {})}
        gone = workflow in self.deleted or workflow not in self.workflow_bodies
        default = (404, None) if gone and not change else (200, {"data": body})
        return self.exchange("GET", f"/workflows/{quote(workflow, safe='')}", default, **options)

    def delete(self, workflow: str, **options: Unpack[Options]) -> Exchange:
        """deleteWorkflow."""
        known = workflow in self.workflow_bodies and workflow not in self.deleted
        default = (204, b"") if known else (404, None)
        made = self.exchange("DELETE", f"/workflows/{quote(workflow, safe='')}", default, **options)
        if made.ok:
            self.deleted.add(workflow)
        return made

    def workflows(self, ids: Iterable[str] | None = None, **options: Unpack[Options]) -> Exchange:
        """listWorkflows; by default all that live."""
        shown = [each for each in self.workflow_bodies if each not in self.deleted] if ids is None else ids
        return self.exchange("GET", "/workflows", (200, {"data": [self.workflow_bodies[i] for i in shown]}), **options)

    def run(
        self,
        workflow: str,
        variables: Any = None,
        *,
        wait: bool | str | None = None,
        id: str | None = None,  # noqa: A002
        **options: Unpack[RunOptions],
    ) -> str:
        """runWorkflow; returns the instance's id. The options of `instance` say what the answer shows."""
        shown, exchanged = _parted(options)
        instance = id or uuid(2, len(self.exchanges) + 1)
        at = stamp(exchanged.get("at", self.now))
        known = workflow in self.workflow_bodies and workflow not in self.deleted
        if known and exchanged.get("status", 201) == 201:
            self.instance_bodies[instance] = {
                "id": instance, "workflowID": workflow, "createdAt": at, "updatedAt": at, "terminated": False
            }  # fmt: skip
        body = self.instance(instance, **shown) if known else None
        query = () if wait is None else (("wait", str(wait).lower()),)
        default = (201, {"data": body}) if known else (404, None)
        path = f"/workflows/{quote(workflow, safe='')}/instances"
        self.exchange("POST", path, default, query=query, body=variables, **exchanged)
        return instance

    def instance(
        self,
        instance: str,
        spans: Sequence[Span] = (),
        *,
        ended: float | None = None,
        error: str | None = None,
        embed: bool = False,
        change: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The body of an instance. ``spans``: its status; ``ended``: when it terminated; ``change``: other fields."""
        body = dict(self.instance_bodies.get(instance, {"id": instance}))
        if spans:
            body["status"] = [
                {"stage": number, "instanceID": instance, **times_of(span), **error_of(span)}
                for number, span in enumerate(spans)
            ]
        if ended is not None:
            body |= {"terminated": True, "terminatedAt": stamp(ended), "updatedAt": stamp(ended)}
        if error is not None:
            body["error"] = error
        if embed:
            body["workflow"] = self.workflow_bodies[body["workflowID"]]
        return {**body, **(change or {})}

    def get(
        self,
        instance: str,
        spans: Sequence[Span] = (),
        *,
        ended: float | None = None,
        error: str | None = None,
        embed: bool = True,
        change: dict[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> Exchange:
        """getInstance; see `instance`. An id that no run gave gets 404."""
        known = instance in self.instance_bodies
        body = self.instance(instance, spans, ended=ended, error=error, embed=embed and known, change=change)
        default = (200, {"data": body}) if known else (404, None)
        return self.exchange("GET", f"/instances/{quote(instance, safe='')}", default, **options)

    def instances(
        self,
        workflow: str | None = None,
        bodies: Iterable[str | dict[str, Any]] | None = None,
        *,
        running: str | None = None,
        **options: Unpack[Options],
    ) -> Exchange:
        """listInstances; ``bodies``: ids or whole bodies, by default all that were run of the workflow."""
        shown = bodies if bodies is not None else self._instances_of(workflow)
        listed = [self.instance(each, embed=True) if isinstance(each, str) else each for each in shown]
        pairs = (("workflowID", workflow), ("running", running))
        query = [(name, value) for name, value in pairs if value is not None]
        return self.exchange("GET", "/instances", (200, {"data": listed}), query=query, **options)

    def _instances_of(self, workflow: str | None) -> list[str]:
        return [key for key, body in self.instance_bodies.items() if workflow in (None, body["workflowID"])]

    def send(self, instance: str, name: Any = None, *, body: Any = None, **options: Unpack[Options]) -> Exchange:
        """sendEvent; ``body`` replaces {"name": name}."""
        default = (204, b"") if instance in self.instance_bodies else (404, None)
        sent = {"name": name} if body is None else body
        return self.exchange("POST", f"/instances/{quote(instance, safe='')}/events", default, body=sent, **options)

    def cancel(self, instance: str, **options: Unpack[Options]) -> Exchange:
        """cancelEvent."""
        default = (204, b"") if instance in self.instance_bodies else (404, None)
        return self.exchange("PUT", f"/instances/{quote(instance, safe='')}/abort", default, **options)

    def history(
        self,
        instance: str,
        spans: Sequence[Span] = (),
        *,
        inputs: dict[int, Any] | None = None,
        names: dict[int, str] | None = None,
        **options: Unpack[Options],
    ) -> Exchange:
        """getInstanceHistory; names and inputs follow from the workflow's stages unless given by stage number."""
        stages = self._stages(instance)
        entries = []
        for number, span in enumerate(spans):
            kind, parameters = next(iter(stages[number].items())) if number < len(stages) else ("noop", {})
            entry = {
                "name": (names or {}).get(number, ACTIVITIES[kind]),
                "input": (inputs or {}).get(number, parameters),
            }
            entries.append({**entry, "terminated": span[1] is not None, **times_of(span), **error_of(span)})
        default = (200, {"data": entries}) if instance in self.instance_bodies else (404, None)
        return self.exchange("GET", f"/instances/{quote(instance, safe='')}/history", default, **options)

    def _stages(self, instance: str) -> list[dict[str, Any]]:
        workflow = self.workflow_bodies.get(self.instance_bodies.get(instance, {}).get("workflowID", ""), {})
        found: list[dict[str, Any]] = workflow.get("config", {}).get("stages", [])
        return found

    def stage_history(
        self, instance: str, number: int | str, entries: Sequence[Any] = (), **options: Unpack[Options]
    ) -> Exchange:
        """getInstanceStageHistory; ``entries``: activities, see `activity`."""
        default = (200, {"data": list(entries)}) if instance in self.instance_bodies else (404, None)
        path = f"/instances/{quote(instance, safe='')}/stages/{quote(str(number), safe='')}/history"
        return self.exchange("GET", path, default, **options)
