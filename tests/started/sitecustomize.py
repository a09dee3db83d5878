"""Imported by each Python program that tests start: a run there plays what was drawn before, see drawn_once.py."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_WHO_DRAWS = "conformance.campaign.running"


class _Finder(MetaPathFinder):
    """Lets what draws be replaced before anybody has asked for it: programs that play nothing load nothing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _WHO_DRAWS:
            sys.meta_path.remove(self)
            import_module("drawn_once").draw_once()
        return PathFinder.find_spec(fullname, path, target) if fullname == _WHO_DRAWS else None


sys.meta_path.insert(0, _Finder())
