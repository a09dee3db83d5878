"""A requirement's rule: a version is short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex

_MOST = 40


def short_version(index: TraceIndex) -> Iterator[Observation]:
    """`info.short-version`: a version has at most 40 characters."""
    for exchange in index.successes("getServerInfo"):
        length = len(str(exchange.json.get("version")))
        if length <= _MOST:
            yield upheld(exchange)
        else:
            yield violated(exchange, expected=f"at most {_MOST} characters", observed=f"{length} characters")


RULES: Mapping[str, Rule] = {"info.short-version": short_version}
