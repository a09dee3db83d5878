"""The figures of a server that behaves in time like a real one, read from YAML; real.yaml explains each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError

REAL = "real"
"""The name of the figures that come with this package."""

_REAL_FILE = Path(__file__).with_name("real.yaml")
# The work that a run of one short stage comes to.
_WHOLE_RUN = ("run", "first-stage", "work", "finish")
_Table = dict[PositiveInt, PositiveFloat]


class UnusableTiming(ValueError):
    """The figures cannot be read; ``reason`` is one sentence."""

    def __init__(self, source: str, reason: str) -> None:
        self.source = source
        self.reason = reason
        super().__init__(f"the timing figures {source!r} cannot be used: {reason}")


class _Figures(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineFigures(_Figures):
    """The engine's line: ``speed`` in units of work a second by number of jobs, ``work`` in units by kind of job."""

    starts_at_once: PositiveInt
    speed: _Table = Field(min_length=1)
    work: dict[str, NonNegativeFloat]
    spread: float = Field(0.0, ge=0, lt=1)


class PauseFigures(_Figures):
    """Pauses of everything: the mean time between two, the shortest and the longest, in seconds."""

    every_s: PositiveFloat
    shortest_s: NonNegativeFloat
    longest_s: NonNegativeFloat


class WarmUpFigures(_Figures):
    """For so many seconds from the first request on everything takes ``factor`` times as long."""

    seconds: NonNegativeFloat
    factor: float = Field(ge=1)


class Timing(_Figures):
    """All figures. ``answers``: by operation the median, the 90th percentile and the largest, in ms."""

    answers: dict[str, tuple[PositiveFloat, PositiveFloat, PositiveFloat]]
    engine: EngineFigures
    lag_factor: _Table = Field(min_length=1)
    pauses: PauseFigures | None = None
    warm_up: WarmUpFigures = WarmUpFigures(seconds=0, factor=1)

    @property
    def most_runs_per_second(self) -> float:
        """How many runs that do nothing are started and ended in a second at best."""
        whole = sum(self.engine.work.get(kind, 0.0) for kind in _WHOLE_RUN)
        return max(self.engine.speed.values()) / whole


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure by number of jobs: straight between the numbers of a table, constant beyond them."""

    points: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, table: Mapping[int, float]) -> Curve:
        """The curve through a table's points."""
        return cls(tuple(sorted(table.items())))

    def at(self, jobs: int) -> float:
        """The figure for a number of jobs."""
        before, low = self.points[0]
        for number, value in self.points:
            if jobs <= number:
                share = (jobs - before) / (number - before) if number > before else 1.0
                return low + (value - low) * min(1.0, max(0.0, share))
            before, low = number, value
        return low

    def times(self, factor: float) -> Curve:
        """The same curve, so many times as high."""
        return replace(self, points=tuple((number, value * factor) for number, value in self.points))


def load_timing(source: str) -> Timing:
    """The figures named ``real``, or those of a YAML file. Raises UnusableTiming."""
    path = _REAL_FILE if source == REAL else Path(source)
    try:
        read: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Timing.model_validate(read)
    except OSError as error:
        raise UnusableTiming(source, error.strerror or str(error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UnusableTiming(source, f"it is no YAML ({str(error).splitlines()[0]})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise UnusableTiming(source, f"{where}: {first['msg']}") from error
