"""Dates relative to now, as scenarios hold them in ``until``, and the concrete ones that are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.scenarios.scenario.model import StageConfig
from conformance.wire.instant import MILLISECOND, SECOND, Instant, parse_duration

_TENTH, _HALF = 100 * MILLISECOND, 500 * MILLISECOND
_FAR = 60 * SECOND
_NOW = re.compile(r"now([+-])([0-9a-z]+)(?:@([+-])(\d\d):(\d\d))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment relative to now: ``offset`` in ns, to be written in the zone ``zone`` minutes east of UTC."""

    offset: int
    zone: int = 0


def relative_time(text: object) -> Moment | None:
    """What an ``until`` such as ``now+300ms`` or ``now-1s@+05:30`` (in that zone) means; None for any other text."""
    match = _NOW.fullmatch(text) if isinstance(text, str) else None
    length = parse_duration(match[2]) if match else None
    if match is None or length is None:
        return None
    zone = int(match[4]) * 60 + int(match[5]) if match[3] else 0
    return Moment(-length if match[1] == "-" else length, -zone if match[3] == "-" else zone)


def concrete(stages: Iterable[StageConfig], now: int, lead: int = 0) -> list[dict[str, Any]]:
    """Stages with every relative ``until`` replaced; ``now`` is the wall-clock time in ns since 1970.

    Moments to come are ``lead`` ns later: a run may take so long to be started, and what is past by then says little.
    """
    return [{kind: _concrete(kind, parameters, now, lead) for kind, parameters in stage.items()} for stage in stages]


def comes_soon(stages: Iterable[StageConfig]) -> bool:
    """Whether a relative ``until`` lies so near that it may have passed before a run is started."""
    parameters = (each for stage in stages for each in stage.values() if isinstance(each, dict))
    moments = (relative_time(each.get("until")) for each in parameters)
    return any(moment is not None and 0 < moment.offset < _FAR for moment in moments)


def _concrete(kind: str, parameters: Any, now: int, lead: int) -> Any:
    if kind != "delay" or not isinstance(parameters, dict):
        return parameters
    moment = relative_time(parameters.get("until"))
    if moment is None:
        return parameters
    at = Instant(now + moment.offset + (lead if moment.offset > 0 else 0))
    if moment.zone:
        # Foreign in both ways: in another zone, and with a fraction of one digit, without which it would be earlier.
        late = 0 if at.ns % SECOND >= _HALF else _HALF
        at = Instant(at.ns - at.ns % _TENTH + late, 1)
    return parameters | {"until": at.isoformat(moment.zone)}
