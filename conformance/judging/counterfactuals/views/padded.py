"""Which violations remain when fractions of seconds have their leading zeros: the others follow from these.

Where a server writes 50 ms as .5, what happened later looks as if it had been earlier, delays look too short or too
long, and the same time differs from view to view; only `envelope.time-order` names the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

TIME_ORDER = "envelope.time-order"
# Those of the server's own times; moments in configurations are the client's.
_FRACTION = re.compile(rb'("\w+At": ?"[^".]+\.)(\d+)')


def padded(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, every fraction with zeros in front, as long as the longest one.

    Nothing is put right where `envelope.time-order` is not violated, or where a fraction has a leading zero: then those
    that are short lack zeros at their ends, as is usual.
    """
    traces = list(tally.kept_traces.values())
    fractions = set(_fractions(traces)) if TIME_ORDER in tally.cases else set()
    if any(fraction.startswith(b"0") and len(fraction) > 1 for fraction in fractions):
        return []
    width = max(map(len, fractions), default=0)
    return edited(traces, lambda trace: (_with_zeros(exchange, width) for exchange in trace.exchanges))


def _fractions(traces: Iterable[Trace]) -> Iterator[bytes]:
    for trace in traces:
        for exchange in trace.exchanges:
            if exchange.response is not None:
                yield from (fraction for _, fraction in _FRACTION.findall(exchange.response.body))


def _with_zeros(exchange: Exchange, width: int) -> Exchange:
    if exchange.response is None:
        return exchange
    body = _FRACTION.sub(lambda found: found[1] + found[2].rjust(width, b"0"), exchange.response.body)
    unchanged = body == exchange.response.body
    return exchange if unchanged else replace(exchange, response=replace(exchange.response, body=body))
