"""A mutant: one mechanical change of one module."""

from __future__ import annotations

from dataclasses import dataclass


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
