"""Mutants of the judging side that no test can tell from the code as it stands, each with why in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.shared.measuring import ROOT
from benchmarks.shared.mutant import Mutant, diff

_FILE = Path(__file__).with_name("explained_mutants.yaml")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a module: its lines as they stand and as altered, without indentation; "" where there are none.

    Numbers of mutants change with every edit of a module, so none is kept.
    """

    module: str
    before: str
    after: str

    @classmethod
    def of(cls, mutant: Mutant) -> Change:
        """What a mutant changes."""
        lines = diff(_path(mutant.module), mutant.number)
        sides = ("\n".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
        return cls(mutant.module, *sides)


def explained() -> Mapping[Change, str]:
    """Why a change changes nothing that anybody can see."""
    entries = yaml.safe_load(_FILE.read_text("utf-8")) or {}
    return {
        Change(module, entry["before"].strip(), entry["after"].strip()): entry["why"]
        for module, changes in entries.items()
        for entry in changes
    }


def outdated() -> Iterator[Change]:
    """What is explained although the code has no such lines any more."""
    for change in explained():
        path = _path(change.module)
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()] if path.exists() else []
        if not set(change.before.splitlines()) <= set(lines):
            yield change


def _path(module: str) -> Path:
    return ROOT / "conformance" / f"{module}.py"
