"""What the reports say of answers that were lost."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.judging import Judgement
from conformance.judging.outcomes import losses_of
from conformance.judging.tally import Tally
from conformance.reports.losses import losses_sentences
from conformance.reports.markdown import summary_markdown
from conformance.results.model import NO_ANSWER, Losses
from conformance.trace.exchange import UNDOCUMENTED
from tests.reports.sample import clean
from tests.rules.build import TraceBuilder

LOSSES = Losses(
    7700, {"502 from nginx": 300, "connection closed": 93}, {"runWorkflow": (40, 400), "getInstance": (353, 7300)}
)


def test_where_nothing_was_lost_nothing_is_said() -> None:
    assert losses_sentences(clean()) == []


def test_the_rate_is_told_with_who_wrote_it_and_where_it_was_highest() -> None:
    (told,) = losses_sentences(replace(clean(), losses=LOSSES))
    assert "5.1% of 7,700 requests: 502 from nginx (300), connection closed (93)" in told
    assert "most often of runWorkflow (10.0%)" in told


def test_where_it_was_highest_is_not_said_of_few_requests_nor_of_undocumented_ones() -> None:
    operations = {"runWorkflow": (40, 400), "getServerInfo": (1, 3), UNDOCUMENTED: (30, 40)}
    (told,) = losses_sentences(replace(clean(), losses=replace(LOSSES, operations=operations)))
    assert "most often of runWorkflow (10.0%)" in told
    (told,) = losses_sentences(replace(clean(), losses=replace(LOSSES, operations={"getServerInfo": (1, 3)})))
    assert "most often" not in told


def test_what_is_a_violation_after_all_is_not_called_none() -> None:
    results = replace(clean(), losses=LOSSES)
    failed = [replace(results.requirements[0], id="envelope.answers", outcome="failed")]
    (told,) = losses_sentences(replace(results, requirements=failed))
    assert told.endswith("Besides those that envelope.answers tells of, they are no violations.")
    assert told.startswith("5.1% of 7,700 requests got no answer of their operation: ")


def test_a_single_slow_answer_is_put_down_to_nobody() -> None:
    (told,) = losses_sentences(replace(clean(), losses=replace(LOSSES, causes={NO_ANSWER: 1}, operations={})))
    assert told.startswith("1 of 7,700 requests got no answer of their operation: no answer in time (1).")


def test_a_silence_of_the_target_is_told_with_when_and_how_long() -> None:
    _, told = losses_sentences(replace(clean(), losses=replace(LOSSES, silences=[(60.2, 73.4)])))
    assert "answered nothing for 13 s, from 60 seconds after the start on" in told


def test_the_summary_in_markdown_tells_it() -> None:
    assert "of 7,700 requests" in summary_markdown(replace(clean(), losses=LOSSES))


def test_lost_answers_are_counted_by_cause_and_operation() -> None:
    t = TraceBuilder()
    t.info()
    t.info(status=502, headers=[("server", "nginx")])
    t.info(status=503, headers=[("retry-after", "1")])
    t.workflows(status=504)
    t.workflows(failure="protocol")
    t.workflows(failure="timeout", took=10_000)
    t.workflows(failure="refused")
    tally = Tally()
    tally.add(t.trace(), Judgement())
    losses = losses_of(tally)
    assert losses.causes == {"502 from nginx": 1, "504": 1, "connection closed": 1, "no answer in time": 1}
    assert losses.operations == {"getServerInfo": (1, 3), "listWorkflows": (3, 4)}
    assert losses.requests == 7
