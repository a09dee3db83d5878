"""What runs of tests play, drawn once in a session: it follows from their settings alone, and takes seconds of CPU."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from conformance.campaign import drawing
from conformance.contract.document import ApiDocument
from conformance.operations import OperationPlan, OperationSettings
from conformance.operations import plan_operations as draw_operations
from conformance.scenarios.plan import Plan, Profile
from conformance.scenarios.plan import plan as draw_scenarios

T = TypeVar("T")

FOLDER = "TESTS_DRAWN"
"""The environment variable that names the directory where it is kept; without it, everything is drawn anew."""


def plan(profile: Profile, seed: int, features: Collection[str]) -> Plan:
    """The scenarios of a run."""
    return _once(repr((profile, seed, sorted(features))), lambda: draw_scenarios(profile, seed, features))


def plan_operations(document: ApiDocument, settings: OperationSettings) -> OperationPlan:
    """The cases of a run's operations."""
    key = repr((document.sha256, settings, sorted(settings.features)))
    return _once(key, lambda: draw_operations(document, settings))


def _once(key: str, draw: Callable[[], T]) -> T:
    if FOLDER not in os.environ:
        return draw()
    kept = Path(os.environ[FOLDER], sha256(key.encode()).hexdigest())
    if not kept.exists():
        mine = kept.with_suffix(f".{os.getpid()}")
        mine.write_bytes(pickle.dumps(draw()))
        mine.replace(kept)
    found: T = pickle.loads(kept.read_bytes())
    return found


def draw_once() -> None:
    """Let the runs of this process play what was drawn before."""
    # What is handed to another process is found there by its name.
    vars(drawing).update(plan=plan, plan_operations=plan_operations)
