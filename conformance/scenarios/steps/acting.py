"""Steps that act on instances: events and cancellations."""

from __future__ import annotations

from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import Cancel, Send, SendRaw
from conformance.scenarios.steps.kind import StepKind, of_instance
from conformance.scenarios.steps.wording import shown
from conformance.trace import Exchange
from conformance.wire import exact_json


def _body(step: Send) -> str:
    # One name is the same whether it is escaped, as every other one is, or not.
    return exact_json.dumps({"name": step.event}, escaped=len(step.event) % 2 == 0)


def _learn(step: Send | SendRaw | Cancel, exchange: Exchange, bindings: Bindings) -> None:
    bindings.act_on(step.instance, exchange, step.event if isinstance(step, Send) else None)


KINDS = (
    StepKind(
        "send",
        Send,
        lambda step: f"send {shown(step.event)} to {step.instance}",
        "sendEvent",
        of_instance,
        body=_body,
        learn=_learn,
    ),
    StepKind(
        "send_raw",
        SendRaw,
        lambda step: f"send the raw body {shown(step.body)} to {step.instance}",
        "sendEvent",
        of_instance,
        body=lambda step: step.body or None,
        learn=_learn,
    ),
    StepKind("cancel", Cancel, lambda step: f"cancel {step.instance}", "cancelEvent", of_instance, learn=_learn),
)
