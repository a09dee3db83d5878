"""When a target as a whole counts as silent."""

from __future__ import annotations

from conformance.target.pacing.silence import Silence
from conformance.trace import Exchange
from conformance.wire.instant import SECOND
from tests.rules.build import TraceBuilder


def _silences(*exchanges: Exchange) -> list[tuple[int, int]]:
    silence = Silence(10 * SECOND)
    for exchange in exchanges:
        silence.note(exchange)
    return [(begin // SECOND, end // SECOND) for begin, end in silence.intervals]


def _exchanges(lost: tuple[str, ...], back: int) -> tuple[Exchange, ...]:
    t = TraceBuilder()
    t.info(at=1000, took=0)
    for operation in lost:
        getattr(t, operation)(at=2000, took=10_000, failure="timeout")
    t.info(at=back, took=0)
    return t.trace().exchanges


def test_a_target_that_answers_nothing_for_longer_than_the_timeout_is_silent() -> None:
    assert _silences(*_exchanges(("workflows", "info"), 14_000)) == [(1, 14)]


def test_one_operation_that_hangs_is_no_silence() -> None:
    assert _silences(*_exchanges(("workflows", "workflows"), 14_000)) == []


def test_nobody_asking_is_no_silence() -> None:
    assert _silences(*_exchanges((), 40_000)) == []


def test_it_lasts_until_an_answer_comes() -> None:
    silence = Silence(timeout=0)
    *lost, answer = _exchanges(("workflows", "info"), 14_000)
    for exchange in lost:
        silence.note(exchange)
    assert silence.lasts
    silence.note(answer)
    assert not silence.lasts
