"""All freedoms by name, in the order in which they change an answer: what it holds, then how it is written and sent."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.freedoms.areas import (
    answering,
    fields,
    gates,
    heads,
    histories,
    ids,
    lags,
    lists,
    openings,
    readers,
    refusals,
    texts,
    times,
    tokens,
)
from benchmarks.freedoms.freedom import Freedom

_AREAS = (
    ids,
    answering,
    lags,
    readers,
    openings,
    gates,
    refusals,
    tokens,
    lists,
    histories,
    fields,
    times,
    texts,
    heads,
)

FREEDOMS: Mapping[str, Freedom] = {freedom.name: freedom for area in _AREAS for freedom in area.FREEDOMS}
