"""Imported by each Python program that tests start: a run there plays what was drawn before, see drawn_once.py."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

_WHO_DRAWS = "conformance.campaign.running"


class _Finding:
    """Lets what draws be replaced before anybody has asked for it: programs that play nothing load nothing.

    It stands in for the finder that all others ask, pytest's own as well.
    """

    def __init__(self) -> None:
        self._found = PathFinder.find_spec

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _WHO_DRAWS:
            # A worker of pytest-xdist has the path of the process that began it, which may lack this folder.
            sys.path.append(str(Path(__file__).parent))
            import_module("drawn_once").draw_once()
        return self._found(fullname, path, target)


PathFinder.find_spec = _Finding().find_spec  # type: ignore[method-assign]
