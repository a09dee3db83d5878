"""Answers in words."""

from __future__ import annotations

import pytest

from conformance.rules.evidence.answers import answer_text, cut
from tests.rules.build import TraceBuilder


@pytest.mark.parametrize(("length", "expected"), [(200, "x" * 200), (201, f"{'x' * 200}…")])
def test_a_text_for_a_report_has_two_hundred_characters_at_most(length: int, expected: str) -> None:
    assert cut("x" * length) == expected


def test_an_answer_is_told_by_its_status_and_body_or_by_why_there_is_none() -> None:
    t = TraceBuilder()
    assert answer_text(t.info(status=418, answer=b" short \xff\n")) == "418 short \ufffd"
    assert answer_text(t.info(status=204, answer=b"")) == "204"
    assert answer_text(t.info(failure="timeout")) == "no answer (timeout)"
