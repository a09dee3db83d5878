"""The calls by which a driver is checked, in the order in which somebody writes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from conformance.contract.api import V1
from conformance.sdk.checking.call_checks import Line, carried, good, refused, unanswered
from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Case, PlayedStep, Step
from conformance.sdk.drawing.single_calls import simple_answer, simple_arguments
from conformance.sdk.driver.protocol import Call
from conformance.sdk.witness.answer import Answer, json_answer, success_answer

_THEME = "check-driver"
# No whole number of milliseconds, which some languages do not take for a time.
_TIMEOUT_S = 5.0001234
_SILENCE_S = 1.0
_AT_ONCE = 5
_BIG = 10**30 + 1
_TEXT = "é 漢 😀 \u0000 \u2028"


@dataclass(frozen=True, slots=True)
class Check:
    """A case, and what the results of its steps say."""

    about: str
    case: Case
    judge: Callable[[Sequence[PlayedStep]], Line]


def checks(features: frozenset[str]) -> Iterator[Check]:
    """Every check that applies to a driver with these features."""
    for operation in V1.by_action:
        yield _single(operation, operation, simple_answer(operation), good)
    missing = json_answer(404, {"errorCode": "NOT_FOUND", "errorMessage": "there is no such workflow"})
    yield _single("an error", "getWorkflow", missing, refused)
    broken = json_answer(500, {"errorCode": "INTERNAL", "errorMessage": "out of order"})
    yield _single("an error of a write", "sendEvent", broken, refused)
    closed = partial(unanswered, kind="connection")
    yield _single("a closed connection", "getInstance", Answer(fate="close"), closed)
    silence = partial(unanswered, kind="timeout")
    yield _single("no answer", "getInstance", Answer(fate="silence"), silence, timeout=_SILENCE_S)
    yield _created("big numbers", _sending(_BIG))
    yield _created("unicode", {"name": _TEXT, "stages": [{"wait_event": {"event": _TEXT}}]})
    if "concurrency" in features:
        yield _at_once()


def _single(
    about: str, operation: str, answer: Answer, judge: Callable[[str, PlayedStep], Line], timeout: float = _TIMEOUT_S
) -> Check:
    step = Step(Call(operation, simple_arguments(operation), timeout=timeout), answer)
    return Check(about, Case(_THEME, (step,)), lambda played_step: judge(about, played_step[0]))


def _sending(amount: int) -> dict[str, object]:
    source, destination = {"account": {"id": "world"}}, {"account": {"id": "bank"}}
    money = {"asset": "USD/2", "amount": amount}
    return {"name": "pay", "stages": [{"send": {"amount": money, "source": source, "destination": destination}}]}


def _created(about: str, config: dict[str, object]) -> Check:
    answer = success_answer("createWorkflow", 201, SIMPLE["createWorkflow"] | {"config": config})
    step = Step(Call("createWorkflow", {"body": config}, timeout=_TIMEOUT_S), answer)
    return Check(about, Case(_THEME, (step,)), lambda played_step: carried(about, played_step[0]))


def _at_once() -> Check:
    """Calls at the same time, of which the first is answered last."""
    about = f"{_AT_ONCE} calls at once"
    steps = tuple(
        Step(
            Call("getInstance", {"instanceID": f"i-{number}"}, timeout=_TIMEOUT_S),
            success_answer("getInstance", 200, SIMPLE["getInstance"] | {"id": f"i-{number}"}).but(
                delay=0.05 * (_AT_ONCE - number)
            ),
        )
        for number in range(_AT_ONCE)
    )

    def judge(played_step: Sequence[PlayedStep]) -> Line:
        lines = [good(about, each) for each in played_step]
        return next((line for line in lines if line.verdict != "ok"), lines[0])

    return Check(about, Case(_THEME, steps, together=True), judge)
