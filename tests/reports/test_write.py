"""All reports of a run in its directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from conformance.reports.conclusion import exit_code
from conformance.reports.write import HAR, write_all
from conformance.results.events import EventLog
from conformance.results.store import read_results
from tests.reports.sample import clean, sample, swallowed_exchanges

FILES = {"badge.svg", "junit.xml", "report.html", "results.json", "statement.json", "statement.md", "summary.md", HAR}


def test_every_report_is_written(tmp_path: Path) -> None:
    assert write_all(sample(), tmp_path, []) == tmp_path / "report.html"
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_a_report_that_cannot_be_written_is_an_error_of_the_suite(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").mkdir()
    judged = clean()
    assert judged.verdict == "conformant"
    write_all(judged, tmp_path, [])
    (error,) = judged.errors
    assert error.startswith("junit.xml could not be written")
    written = read_results(tmp_path)
    assert (written.verdict, written.errors) == ("incomplete", [error])
    assert exit_code(judged) == 3
    assert error in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_har_that_is_there_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / HAR).write_text("whole bodies", encoding="utf-8")
    write_all(sample(), tmp_path, None)
    assert (tmp_path / HAR).read_text(encoding="utf-8") == "whole bodies"


def test_what_happened_when_comes_from_the_event_log(tmp_path: Path) -> None:
    begun = replace(sample(), activity=None)
    with EventLog(tmp_path) as log:
        log.header(begun)
        for record in swallowed_exchanges():
            log.exchange(record, "t1")
    write_all(begun, tmp_path, [])
    activity = read_results(tmp_path).activity
    assert activity is not None
    assert sum(activity.exchanges) == len(swallowed_exchanges())


def test_a_recording_has_no_log_of_its_own(tmp_path: Path) -> None:
    judged = replace(sample(), activity=None, target={"url": "a.har", "recording": True})
    with EventLog(tmp_path) as log:
        log.header(judged)
    write_all(judged, tmp_path, [])
    assert read_results(tmp_path).activity is None
