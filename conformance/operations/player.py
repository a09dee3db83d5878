"""Playing the plan: one trace for the reads and their pool, and one for each operation that changes something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.contract.document import ApiDocument
from conformance.operations.cleanup import cleanup
from conformance.operations.parts import PARTS, Part
from conformance.operations.plan import OperationPlan, OperationSettings, plan_operations
from conformance.operations.session import OperationPlay
from conformance.target import Target
from conformance.target.finishing import to_the_end
from conformance.trace import Trace

_CLEANUP_S = 30.0
CUT_SHORT = "cut short"
"""How the note begins that tells why cases were left out; every other note of a trace tells what is left behind."""


@dataclass(slots=True)
class OperationProgress:
    """How many cases are done, of how many. Given to the callback after each."""

    total: int
    done: int = 0


OnProgress = Callable[[OperationProgress], None]


@dataclass(slots=True)
class _CasesPlay:
    target: Target
    settings: OperationSettings
    plan: OperationPlan
    on_progress: OnProgress | None
    over: Callable[[], bool]
    progress: OperationProgress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = OperationProgress(self.plan.total)

    def case_done(self) -> None:
        self.progress.done += 1
        if self.on_progress is not None:
            self.on_progress(self.progress)


async def play_operations(
    target: Target,
    document: ApiDocument,
    settings: OperationSettings,
    on_progress: OnProgress | None = None,
    plan: OperationPlan | None = None,
    over: Callable[[], bool] = lambda: False,
) -> list[Trace]:
    """Play the cases of every operation and clean up. Returns traces without settle information; nothing is judged.

    ``over`` is asked before every case; once true, only cleaning up is left.
    Without a plan it is made in a thread, which delays the event loop a little: make it before measuring anything.
    Raises TargetError where no request can be sent at all for want of a token.
    """
    made = await asyncio.to_thread(plan_operations, document, settings) if plan is None else plan
    stage = _CasesPlay(target, settings, made, on_progress, over)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_play(stage, part)) for part in PARTS]
    except ExceptionGroup as failed:
        # The parts fail for the same reason; the first says it.
        raise failed.exceptions[0] from failed
    return [task.result() for task in tasks]


async def _play(stage: _CasesPlay, part: Part) -> Trace:
    session = OperationPlay(stage.target, stage.settings, part.runs(stage.settings), stage.case_done, stage.over)
    stopped: str | None = None
    left: tuple[str, ...] = ()
    try:
        await part.play(session, stage.plan)
        stopped = session.stopped
    finally:
        # Also when the run is interrupted: what waits for an event would wait for ever.
        try:
            left = await to_the_end(_cleaned(session))
        finally:
            await session.aclose()
    return _trace(session, part, stopped, left)


async def _cleaned(session: OperationPlay) -> tuple[str, ...]:
    """Notes on what is left behind."""
    try:
        async with asyncio.timeout(_CLEANUP_S):
            return (await cleanup(session)).notes()
    except TimeoutError:
        return (f"cleaning up took longer than {_CLEANUP_S:g} s and was given up",)


def _trace(session: OperationPlay, part: Part, stopped: str | None, left: tuple[str, ...]) -> Trace:
    return Trace(
        id=f"operations-{part.name}",
        exchanges=session.recorder.exchanges(),
        origin=session.recorder.origin,
        source="operations",
        scenario={"kind": "operations", "operations": list(part.operations), "cases": session.cases},
        features=session.settings.features,
        complete=stopped is None,
        notes=((f"{CUT_SHORT}: {stopped}",) if stopped else ()) + left,
    )
