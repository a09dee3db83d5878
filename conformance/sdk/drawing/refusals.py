"""Refusals of every kind, and no answer at all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from hypothesis import strategies as st

from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.single_calls import ALL, Parts, answering
from conformance.sdk.witness.answer import Answer, json_answer

_STATUSES = (400, 401, 403, 404, 429, 500, 503)
_CODES = {400: "VALIDATION", 404: "NOT_FOUND"}
_SILENCE_S = 1.0
"""Seconds that a call waits for an answer that never comes."""


def refusals(theme: str, statuses: Iterable[int] = _STATUSES, code: str | None = None) -> Parts:
    """Refusals of each operation with each status; ``code`` is an errorCode in place of the one that fits it."""

    def case(operation: str, status: int, message: str) -> Case:
        error = {"errorCode": code or _CODES.get(status, "INTERNAL"), "errorMessage": message}
        headers = (("content-type", "application/json"), *((("retry-after", "1"),) if status in (429, 503) else ()))
        return answering(theme, operation, json_answer(status, error, headers))

    messages = st.sampled_from(["no such thing", "é 漢", 'a "quoted" reason'])
    pairs = product(ALL, statuses)
    return tuple(st.builds(case, st.just(operation), st.just(status), messages) for operation, status in pairs)


def bare_refusals(theme: str, media_type: str | None, body: bytes) -> Parts:
    """Refusals of each operation whose body is no Error."""
    headers = (("content-type", media_type),) if media_type else ()

    def of(operation: str) -> st.SearchStrategy[Case]:
        statuses = st.sampled_from([404, 429, 500, 503])
        return statuses.map(lambda status: answering(theme, operation, Answer(status, headers, body)))

    return tuple(of(operation) for operation in ALL)


def unanswered(theme: str, fate: str) -> st.SearchStrategy[Case]:
    """Calls whose connection is closed, or that nobody answers."""
    timeout = _SILENCE_S if fate == "silence" else 10.0
    answer = Answer(fate="silence" if fate == "silence" else "close")
    return st.sampled_from(ALL).map(lambda operation: answering(theme, operation, answer, timeout))
