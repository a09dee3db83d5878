"""The helpers at the beginning of generated scripts, with which each step takes one line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from conformance.target.forms import Form

Formed = Mapping[Form, tuple[str, str]]
"""For each form of requests the code of a helper that has it plain, and what stands in its place."""


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


def in_forms(helpers: Iterable[Helper], forms: Collection[Form], formed: Formed) -> list[Helper]:
    """The helpers, with code that writes requests in these forms."""
    written = list(helpers)
    for plain, other in (formed[form] for form in forms):
        written = [replace(helper, code=helper.code.replace(plain, other)) for helper in written]
    return written
