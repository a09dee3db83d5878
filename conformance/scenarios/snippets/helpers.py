"""The helpers at the beginning of generated scripts, with which each step takes one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper of one language: its code, the text by which a step shows that it uses it, and what it needs itself."""

    code: str
    shown_by: str
    needs: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def used(helpers: Mapping[str, Helper], steps: str) -> list[Helper]:
    """The helpers that the steps use, and those that these need, in their order."""
    wanted = {name for name, helper in helpers.items() if helper.shown_by in steps}
    while more := {need for name in wanted for need in helpers[name].needs} - wanted:
        wanted |= more
    return [helper for name, helper in helpers.items() if name in wanted]


def imports(helpers: Iterable[Helper], *always: str) -> str:
    """The modules of a program's helpers, for its import statement."""
    return ", ".join(sorted({*always, *(name for helper in helpers for name in helper.imports)}))
