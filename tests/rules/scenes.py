"""Plays the scenes of the specification on a trace builder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.contract.scenes import Step
from tests.rules.bodies import UNKNOWN, activity
from tests.rules.build import TraceBuilder

_CALLED = {"shows": "spans", "raw": "body"}


class _Stage:
    """What a scene calls things, and the trace that it leaves."""

    def __init__(self) -> None:
        self.trace = TraceBuilder()
        self.ids = {"unknown": UNKNOWN}
        self._verbs: Mapping[str, Callable[..., object]] = {
            "wait": self.trace.wait,
            "control": self.trace.control,
            "info": self.trace.info,
            "create": self._create,
            "run": self._run,
            "workflows": lambda shown, **told: self.trace.workflows([self.ids[one] for one in shown], **told),
            "instances": self._instances,
            "stage_history": self._stage_history,
            "request": self.trace.exchange,
        }

    def play(self, step: Step) -> None:
        """One step: `settle`, or a verb with what it is about, and options of the trace builder."""
        if step == "settle":
            self.trace.settled()
            return
        (verb, about), *others = step.items()
        told = {_CALLED.get(name, name): _value(name, value) for name, value in others}
        if verb in self._verbs:
            self._verbs[verb](about, **told)
        else:
            getattr(self.trace, verb)(self.ids[about], **told)

    def _create(self, name: str, stages: Any, **told: Any) -> None:
        self.ids[name] = self.trace.create(stages, **told)

    def _run(self, name: str, of: str, **told: Any) -> None:
        self.ids[name] = self.trace.run(self.ids[of], **told)

    def _instances(self, workflow: str, bodies: Sequence[Any] | None = None, **told: Any) -> None:
        shown = None if bodies is None else [self._listed(body) for body in bodies]
        self.trace.instances(self.ids[workflow], shown, **told)

    def _stage_history(
        self, instance: str, number: int | str, entries: Sequence[Mapping[str, Any]] = (), **told: Any
    ) -> None:
        shown = [
            activity(each["activity"], each["given"], each.get("output"), span=(5, 6), attempt=each.get("attempt", 1))
            for each in entries
        ]
        self.trace.stage_history(self.ids[instance], number, shown, **told)

    def _listed(self, body: Any) -> Any:
        if isinstance(body, str):
            return self.ids[body]
        if "of" not in body:
            return body
        told = {_CALLED.get(name, name): _value(name, value) for name, value in body.items() if name != "of"}
        return self.trace.instance(self.ids[body["of"]], embed=True, **told)


def _value(name: str, value: Any) -> Any:
    """A value as the trace builder takes it: spans and headers are tuples, a raw body is bytes."""
    if name == "raw":
        return value.encode()
    return [tuple(span) for span in value] if name in ("shows", "headers") else value


def played(*parts: Sequence[Step]) -> TraceBuilder:
    """The trace that some steps leave."""
    stage = _Stage()
    for steps in parts:
        for step in steps:
            stage.play(step)
    return stage.trace
