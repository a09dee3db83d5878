"""Rules about retries of a client: a POST that may have had its effect, and requests before Retry-After is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.sdk.proxy.rules import is_http
from conformance.trace import Exchange, Headers
from conformance.wire.instant import MILLISECOND, SECOND

_SLACK = 50 * MILLISECOND
"""Timers of clients may end a little early."""
_RETRIED_WITHIN = 60 * SECOND
_ASKED_TO_WAIT = frozenset({429, 503})


def no_retry(index: TraceIndex) -> Iterator[Observation]:
    """A POST is not sent again after an answer that leaves open whether it had its effect.

    Where a client also sends the same again after a success, what comes after a failure need not be a retry: of that
    nothing is said.
    """
    same: dict[tuple[str, Headers, bytes | None], list[Exchange]] = {}
    for exchange in index.trace.exchanges:
        if exchange.request.method == "POST" and exchange.operation is not None and is_http(exchange):
            key = (exchange.request.path, exchange.request.query, exchange.request.body)
            same.setdefault(key, []).append(exchange)
    for alike in same.values():
        if all(_left_open(each) for each in alike[:-1]):
            yield from _retries(alike)


def _retries(alike: list[Exchange]) -> Iterator[Observation]:
    for first, second in pairwise(alike):
        if first.before(second) and second.sent - first.received <= _RETRIED_WITHIN:
            after = (second.sent - first.received) // MILLISECOND
            told = f"the same request again {after} ms after {_answer(first)}"
            expected = "no second request, as the first may have had its effect"
            yield violated(first, second, expected=expected, observed=told, proof="trace")
    if _left_open(alike[-1]):
        yield upheld(alike[-1], proof="trace")


def _left_open(exchange: Exchange) -> bool:
    if exchange.response is None:
        return True
    return exchange.response.status >= 500 and wait_s(exchange) is None


def _answer(exchange: Exchange) -> str:
    return f"the status {exchange.response.status}" if exchange.response is not None else "it got no answer"


def retry_after(index: TraceIndex) -> Iterator[Observation]:
    """After a 429 or 503 with Retry-After no request comes within that time.

    Judged on the connection that got that answer; on all of them where no two requests ever overlap, as then they are
    one client's.
    """
    exchanges = [each for each in index.trace.exchanges if is_http(each)]
    in_turn = all(first.before(second) for first, second in pairwise(exchanges))
    for at, told in enumerate(exchanges):
        seconds = wait_s(told)
        if seconds is None:
            continue
        later = (each for each in exchanges[at + 1 :] if told.before(each) and (in_turn or each.client == told.client))
        following = next(later, None)
        if following is not None:
            waited = following.sent - told.received
            if waited + _SLACK < seconds * SECOND:
                observed = f"the next request after {waited // MILLISECOND} ms"
                expected = f"no request for {seconds} s, as Retry-After says"
                yield violated(told, following, expected=expected, observed=observed, proof="trace")
            else:
                yield upheld(told, following, proof="trace")


def wait_s(exchange: Exchange) -> int | None:
    """The seconds that an answer asks to wait; None where it does not, or names a date by a clock of its own."""
    response = exchange.response
    if response is None or response.status not in _ASKED_TO_WAIT:
        return None
    given = (response.header("retry-after") or "").strip()
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else None


REPEATING: Mapping[str, Rule] = {"client.no-retry": no_retry, "client.retry-after": retry_after}
