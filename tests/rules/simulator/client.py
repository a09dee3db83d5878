"""The clients of a simulated server: each request is sent, takes effect at some moment, and is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.api import V1
from conformance.trace import Exchange, Failure, Request, Response
from conformance.wire import exact_json
from tests.rules.bodies import error_body, uuid
from tests.rules.simulator import views
from tests.rules.simulator.engine import Engine
from tests.rules.simulator.log import Instance
from tests.rules.simulator.server import Server

Answer = tuple[int, Any]


def interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """A stage's parameters with ``${v}`` replaced where the run gave v."""
    if isinstance(value, dict):
        return {key: interpolated(item, variables) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    for name, text in variables.items():
        value = value.replace("${" + name + "}", text)
    return value


def request_of(method: str, path: str, body: Any = None, query: tuple[tuple[str, str], ...] = ()) -> Request:
    """A request; ``body`` is a JSON value, None for none."""
    return Request(method, f"http://server{path}", path, query, (), None if body is None else exact_json.encode(body))


@dataclass
class Workflow:
    """A created workflow, its instances, and when it was deleted."""

    body: dict[str, Any]
    instances: list[Instance] = field(default_factory=list)
    deleted: bool = False


class Client:
    """Sends requests to a simulated server and records the exchanges. Times are client ns."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.engine = Engine(server)
        self.workflows: list[Workflow] = []
        self.instances: list[Instance] = []
        self.exchanges: list[Exchange] = []
        self._ids = 0

    def _id(self, kind: int) -> str:
        self._ids += 1
        return uuid(kind, self._ids)

    def ask(
        self, request: Request, sent: int, received: int, answer: Callable[[], Answer], *, fails: bool = False
    ) -> None:
        """Send a request that the server deals with at one moment between sending and answer."""

        def act() -> None:
            self._record(request, sent, received, None if (found := answer()) and fails else found)

        self.engine.at(sent + self.engine.random.randint(0, received - sent), act)

    def _record(self, request: Request, sent: int, received: int, answer: Answer | None) -> None:
        found = V1.match(request.method, request.path)
        exchange = Exchange(
            index=len(self.exchanges),
            request=request,
            sent=sent,
            received=received,
            response=response(*answer) if answer else None,
            failure=None if answer else Failure("aborted", "no answer"),
            operation=found.operation.id if found else None,
            params=found.params if found else {},
        )
        self.exchanges.append(exchange)

    # -- workflows --------------------------------------------------------------------------------------------------

    def create(self, stages: list[dict[str, Any]], sent: int, received: int) -> Workflow:
        """createWorkflow."""
        workflow = Workflow({"id": self._id(1), "config": {"name": "", "stages": stages}})
        self.workflows.append(workflow)

        def answer() -> Answer:
            at = self.server.stamp(self.engine.now)
            workflow.body |= {"createdAt": at, "updatedAt": at}
            return 201, {"data": workflow.body}

        self.ask(request_of("POST", "/workflows", {"stages": stages}), sent, received, answer)
        return workflow

    def delete(self, workflow: Workflow, sent: int, received: int) -> None:
        """deleteWorkflow."""

        def answer() -> Answer:
            if workflow.deleted:
                return 404, error_body(404)
            workflow.deleted = True
            self.engine.delete(workflow.instances)
            return 204, None

        self.ask(request_of("DELETE", f"/workflows/{workflow.body['id']}"), sent, received, answer)

    # -- runs -------------------------------------------------------------------------------------------------------

    def run(self, workflow: Workflow, variables: dict[str, str], sent: int, received: int, *, fails: bool) -> Instance:
        """runWorkflow without waiting."""
        instance = self._instance(workflow, variables)

        def answer() -> Answer:
            if workflow.deleted:
                return 404, error_body(404)
            self._begin(workflow, instance)
            return 201, {"data": views.single(self.server, instance, self.engine.now)}

        path = f"/workflows/{workflow.body['id']}/instances"
        self.ask(request_of("POST", path, variables), sent, received, answer, fails=fails)
        return instance

    def _instance(self, workflow: Workflow, variables: dict[str, str]) -> Instance:
        stages = workflow.body["config"]["stages"]
        inputs = [interpolated(next(iter(stage.values())), variables) for stage in stages]
        return Instance(self._id(2), workflow.body, stages, inputs)

    def _begin(self, workflow: Workflow, instance: Instance) -> None:
        workflow.instances.append(instance)
        self.instances.append(instance)
        self.engine.create(instance)

    def run_waiting(self, workflow: Workflow, variables: dict[str, str], sent: int, patience: int) -> Instance:
        """runWorkflow with wait=true: answered once it has terminated, given up after ``patience``."""
        instance = self._instance(workflow, variables)
        path, body = f"/workflows/{workflow.body['id']}/instances", exact_json.encode(variables)
        request = Request("POST", f"http://server{path}", path, (("wait", "true"),), (), body)

        def arrive() -> None:
            if workflow.deleted:
                self._record(request, sent, self.engine.now + 1, (404, error_body(404)))
                return
            self._begin(workflow, instance)
            self.engine.at(self.engine.now, poll)

        def poll() -> None:
            if instance.terminated is not None:
                facts = instance.facts if self.engine.random.random() < 0.5 else None
                status = instance.shown("status", self.engine.now) if facts is None else facts
                answer = views.instance_body(self.server, instance, status, instance.facts, status=True)
                self._record(request, sent, self.engine.now + 1, (201, {"data": answer}))
            elif self.engine.now > sent + patience:
                self._record(request, sent, self.engine.now, None)
            else:
                self.engine.at(self.engine.now + self.server.reach // 3, poll)

        self.engine.at(sent + 1, arrive)
        return instance

    # -- signals ----------------------------------------------------------------------------------------------------

    def send(self, instance: Instance, name: str, sent: int, received: int, *, fails: bool = False) -> None:
        """sendEvent."""

        def answer() -> Answer:
            if self._gone(instance, refuses=self._settled(instance)):
                return 404, error_body(404)
            self.engine.event(instance, name, received)
            return 204, None

        path = f"/instances/{instance.id}/events"
        self.ask(request_of("POST", path, {"name": name}), sent, received, answer, fails=fails)

    def cancel(self, instance: Instance, sent: int, received: int, *, fails: bool = False) -> None:
        """cancelEvent."""

        def answer() -> Answer:
            if self._gone(instance, refuses=False):
                return 404, error_body(404)
            self.engine.cancel(instance, received)
            return 204, None

        self.ask(request_of("PUT", f"/instances/{instance.id}/abort"), sent, received, answer, fails=fails)

    def _gone(self, instance: Instance, *, refuses: bool) -> bool:
        """Whether a signal is refused: it must be once the end is settled, and may be from the end on."""
        if not instance.facts:
            return True
        ended = instance.frozen or instance.terminated is not None
        return refuses or (ended and self.engine.random.random() < 0.5)

    def _settled(self, instance: Instance) -> bool:
        ended = instance.terminated
        return ended is not None and self.engine.now > max(ended.seen.values())

    # -- reads ------------------------------------------------------------------------------------------------------

    def read(self, instance: Instance, part: str, sent: int, received: int) -> None:
        """getInstance (part ""), getInstanceHistory ("/history"), or a stage's ("/stages/N/history")."""

        def answer() -> Answer:
            data = self._part(instance, part) if instance.facts else None
            return (404, error_body(404)) if data is None else (200, {"data": data})

        self.ask(request_of("GET", f"/instances/{instance.id}{part}"), sent, received, answer)

    def _part(self, instance: Instance, part: str) -> Any:
        if part.startswith("/stages"):
            return views.stage_history(self.server, instance, int(part.split("/")[2]), self.engine.now)
        view = views.history if part else views.single
        return view(self.server, instance, self.engine.now)

    def list(self, workflow: Workflow | None, sent: int, received: int, *, running: bool) -> None:
        """listInstances."""
        key = workflow.body["id"] if workflow else None

        def answer() -> Answer:
            return 200, {"data": views.listed(self.server, self.instances, self.engine.now, key, running=running)}

        query = ((("workflowID", key),) if key else ()) + ((("running", "true"),) if running else ())
        self.ask(request_of("GET", "/instances", query=query), sent, received, answer)


def response(status: int, body: Any) -> Response:
    """A response with a JSON body, or with none."""
    if body is None:
        return Response(status)
    return Response(status, (("content-type", "application/json"),), exact_json.encode(body))
