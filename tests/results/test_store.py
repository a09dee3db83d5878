"""results.json and the events of a run."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from conformance.results import model
from conformance.results.errors import ResultsTooNew, ResultsUnreadable
from conformance.results.event_lines import EVENTS
from conformance.results.event_reading import read_events, read_exchanges
from conformance.results.events import EventLog
from conformance.results.records import exchange_of, record_of
from conformance.results.store import read_results, write_results
from conformance.trace.exchange import Exchange, Request, Response
from tests.reports.sample import clean, crowded, sample, swallowed, swallowed_exchanges

SCHEMA = json.loads((Path(__file__).parents[2] / "specs" / "results.schema.json").read_text(encoding="utf-8"))


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    given = sample()
    given.findings[0].scenario = {"steps": [{"amount": 10**30, "rate": Decimal("0.1"), "odd": "\ud800"}]}
    path = write_results(given, tmp_path / "new" / "dir")
    assert read_results(path) == given
    assert read_results(path.parent) == given


@pytest.mark.parametrize("results", [sample(), clean(), crowded(3)])
def test_results_obey_the_published_schema(tmp_path: Path, results: model.Results) -> None:
    written = json.loads(write_results(results, tmp_path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(written)


def test_the_published_schema_knows_every_member() -> None:
    assert set(SCHEMA["properties"]) == {item.name for item in fields(model.Results)}
    for name in ("RequirementResult", "Finding", "ExchangeRecord", "Mark", "OperationResult", "Activity"):
        assert set(SCHEMA["$defs"][name]["properties"]) == {item.name for item in fields(getattr(model, name))}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is no JSON object"),
        ('{"schema_version": "1.0"}', "Object missing required field `verdict`"),
    ],
)
def test_what_are_no_results_is_said(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResultsUnreadable, match=reason):
        read_results(path)


def test_a_member_of_another_type_is_named_with_its_place(tmp_path: Path) -> None:
    value = json.loads(write_results(sample(), tmp_path).read_text(encoding="utf-8"))
    value["requirements"][0]["upheld"] = "many"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(ResultsUnreadable, match=r"\(requirements\[0\]\.upheld: Expected `int`, got `str`\)"):
        read_results(path)


def test_another_major_version_is_refused(tmp_path: Path) -> None:
    path = write_results(replace(sample(), schema_version="2.0"), tmp_path)
    with pytest.raises(ResultsTooNew, match=r"schema version 2\.0"):
        read_results(path)
    with pytest.raises(ResultsUnreadable, match="No such file"):
        read_results(tmp_path / "nowhere")


def begun() -> model.Results:
    """What is known when a run begins."""
    rows = [
        replace(item, outcome="not_exercised", upheld=0, violated=0, findings=[], reason=None)
        for item in sample().requirements
        if item.outcome != "not_applicable"
    ]
    return replace(sample(), verdict="incomplete", requirements=rows, findings=[])


def test_a_killed_run_leaves_what_it_measured(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.header(begun())
    log.counts({"event.matching": [3, 0]})
    for record in swallowed_exchanges():
        log.exchange(record, "t1")
    log.finding(replace(swallowed(), minimised=False))
    log.finding(swallowed())
    log.counts({"event.matching": [5, 0], "cancel.terminates": [2, 1], "history.agrees": [4, 1]})
    # Nothing was closed: what a reader sees now is what a kill would leave, with half a line at the end.
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(b'{"event":"finding","data":{"id":"F')
    found = read_results(tmp_path)
    log.close()
    outcomes = {item.id: item.outcome for item in found.requirements}
    assert not found.complete
    assert found.verdict == "not_conformant"
    assert found.findings == [swallowed()]
    assert found.counts["exchanges"] == 12
    assert (outcomes["cancel.terminates"], outcomes["cancel.not-running"]) == ("failed", "failed")
    assert (outcomes["event.matching"], outcomes["run.created"]) == ("passed", "not_exercised")
    assert outcomes["history.agrees"] == "inconclusive"
    assert [record for _, _, record in read_exchanges(tmp_path)] == swallowed_exchanges()


def test_a_footer_makes_a_run_whole(tmp_path: Path) -> None:
    with EventLog(tmp_path) as log:
        log.header(begun())
        log.footer(sample())
    assert read_events(tmp_path) == sample()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut before it began"),
        (b"3\n", "a line is no event"),
        (b'{"event":"finding","data":{"id":"x"}}\n', "shape"),
    ],
)
def test_broken_events_are_said(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / EVENTS).write_bytes(content)
    with pytest.raises(ResultsUnreadable, match=reason):
        read_results(tmp_path)


def test_a_record_keeps_what_reports_need() -> None:
    headers = (("Authorization", "Bearer hunter2"),)
    request = Request("PUT", "http://u:p@h/instances/i/abort", "/instances/i/abort", (), headers, b"\xff")
    record = record_of(Exchange(7, request, 5_000_000, 8_500_000, Response(200, (), b"x" * 100)), 4_000_000, limit=10)
    assert (record.sent_ms, record.received_ms, record.url) == (1.0, 4.5, "http://h/instances/i/abort")
    assert (record.request_body, record.request_headers) == ("\\xff", [["Authorization", "Bearer [redacted]"]])
    assert record.response_body == "xxxxxxxxxx… (cut; 100 bytes in all)"
    again = exchange_of(record_of(Exchange(7, request, 5_000_000, 8_500_000, Response(200, (), b"{}")), 4_000_000))
    assert (again.sent, again.status, again.request.method) == (1_000_000, 200, "PUT")


def test_half_an_answer_is_no_answer() -> None:
    request = Request("GET", "http://h/workflows", "/workflows")
    record = record_of(Exchange(7, request, 0, 1, Response(200, (), b"x" * 100)), limit=10)
    again = exchange_of(record)
    assert again.response is None
    assert again.failure is not None
    assert "answered with 200" in again.failure.message
