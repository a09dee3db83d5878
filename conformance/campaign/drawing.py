"""What a run plays, drawn before it begins."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from conformance.configuration.settings import Settings
from conformance.contract.document import ApiDocument
from conformance.drawing import know_text
from conformance.judging.pool import JudgePool
from conformance.operations import OperationPlan, OperationSettings, plan_operations
from conformance.scenarios.plan import Plan, plan

_LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a run plays: cases of the operations, and scenarios, of which a slow target gets the first ones."""

    operations: Future[OperationPlan]
    scenarios: Plan


def draw_traffic(document: ApiDocument, settings: Settings, judge_pool: JudgePool) -> Drawn:
    """Draw what a run plays. It takes seconds of CPU: the operations are drawn in the other process."""
    profile = "thorough" if settings.profile == "soak" else settings.profile
    asked = OperationSettings(seed=settings.seed, profile=profile, features=settings.features)
    mine = settings.shard[0] == 0
    operations = judge_pool.compute(plan_operations, document, asked, prepare=know_text) if mine else _none()
    return Drawn(operations, plan(settings.profile, settings.seed, settings.features))


def _none() -> Future[OperationPlan]:
    """No operations: those are the first share's. No process is started for that."""
    found: Future[OperationPlan] = Future()
    found.set_result(OperationPlan({}))
    return found


def draw_in_time(
    document: ApiDocument, settings: Settings, judge_pool: JudgePool, over: Callable[[], bool]
) -> Drawn | None:
    """The same, beside this thread; None as soon as ``over`` says so: nobody waits for it any more then."""
    found: Future[Drawn] = Future()

    def draw() -> None:
        try:
            found.set_result(draw_traffic(document, settings, judge_pool))
        except BaseException as error:  # whoever waits gets the error, whatever it is
            found.set_exception(error)

    threading.Thread(target=draw, daemon=True).start()
    while not over():
        with contextlib.suppress(TimeoutError):
            return found.result(timeout=_LOOK_S)
    return None
