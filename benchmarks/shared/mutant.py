"""Mutants: mechanical changes of one place in one module, as mutmut makes them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module (its path below the package): its number among those that mutmut makes there."""

    module: str
    number: int

    def __str__(self) -> str:
        return f"{self.module}:{self.number}"

    @classmethod
    def named(cls, name: str) -> Mutant:
        """The mutant of a name such as ``rules/stage/delays:17``."""
        module, _, number = name.rpartition(":")
        return cls(module, int(number))


@cache
def mutations(path: Path) -> tuple[libcst.Module, Sequence[Mutation]]:
    """The module in a file, and what mutmut would change in it."""
    tree, found, _, _ = create_mutations(str(path), path.read_text("utf-8"))
    return tree, found


def source(path: Path, number: int) -> str:
    """The whole module in a file with one of the changes."""
    tree, found = mutations(path)
    altered = deep_replace(tree, found[number].original_node, found[number].mutated_node)
    assert isinstance(altered, libcst.Module)
    return altered.code


def diff(path: Path, number: int) -> list[str]:
    """What one of the changes is, without context."""
    before = mutations(path)[0].code
    lines = difflib.unified_diff(before.splitlines(), source(path, number).splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
