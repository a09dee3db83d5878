"""What runs of tests play, drawn once in a session: it follows from their settings alone, and takes seconds of CPU."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path

from conformance.campaign import drawing
from conformance.campaign.drawing import Drawn
from conformance.configuration.settings import Settings
from conformance.contract.document import ApiDocument
from conformance.judging.pool import JudgePool
from conformance.operations import OperationPlan
from conformance.scenarios.plan import Plan

FOLDER = "TESTS_DRAWN"
"""The environment variable that names the directory where it is kept; without it, everything is drawn anew."""

_Draw = Callable[[ApiDocument, Settings, JudgePool], Drawn]


def draw_once() -> None:
    """Let the runs of this process play what was drawn before."""
    if drawing.draw_traffic.__module__ == drawing.__name__:
        vars(drawing)["draw_traffic"] = _once(drawing.draw_traffic)


def _once(draw: _Draw) -> _Draw:
    def drawn(document: ApiDocument, settings: Settings, judge_pool: JudgePool) -> Drawn:
        if FOLDER not in os.environ:
            return draw(document, settings, judge_pool)
        chosen = (settings.profile, settings.seed, sorted(settings.features), settings.shard[0] == 0)
        kept = Path(os.environ[FOLDER], sha256(repr((document.sha256, chosen)).encode()).hexdigest())
        if not kept.exists():
            fresh = draw(document, settings, judge_pool)
            mine = kept.with_suffix(f".{os.getpid()}")
            mine.write_bytes(pickle.dumps((fresh.operations.result(), fresh.scenarios)))
            mine.replace(kept)
        cases: OperationPlan
        scenarios: Plan
        cases, scenarios = pickle.loads(kept.read_bytes())
        operations: Future[OperationPlan] = Future()
        operations.set_result(cases)
        return Drawn(operations, scenarios)

    return drawn
