"""What event logs tell of a run that was killed, also of one that workers shared."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.results.activity import read_activity
from conformance.results.event_lines import COMPRESSED, EVENTS, WORKERS, has_footer
from conformance.results.event_reading import read_events, read_exchanges
from conformance.results.events import EventLog
from conformance.results.model import RequirementResult, Results
from tests.reports.sample import sample, swallowed, swallowed_exchanges


def begun() -> Results:
    """What is known when a run begins."""
    rows = [RequirementResult(item.id, item.level, "not_exercised") for item in sample().requirements]
    return replace(sample(), verdict="incomplete", requirements=rows, findings=[])


def shared(directory: Path) -> None:
    """A run of two workers, killed while both were at it."""
    controller = EventLog(directory)
    controller.header(begun())
    controller.phase("exploring")
    for number, violated in ((0, 1), (1, 2)):
        log = EventLog(directory / WORKERS / str(number))
        log.header(begun())
        for record in swallowed_exchanges():
            log.exchange(record, f"t{number}")
        log.counts({"event.matching": [5, 0], "cancel.terminates": [2, violated]})
        log.close()
    controller.close()


def result_of(results: Results, name: str) -> RequirementResult:
    return next(item for item in results.requirements if item.id == name)


def test_the_logs_of_workers_are_read_too(tmp_path: Path) -> None:
    shared(tmp_path)
    found = read_events(tmp_path)
    once = len(swallowed_exchanges())
    assert not found.complete
    assert (found.counts["exchanges"], found.counts["traces"]) == (2 * once, 2)
    assert sum(operation.exchanges for operation in found.operations) == 2 * once
    assert (result_of(found, "event.matching").upheld, result_of(found, "event.matching").outcome) == (10, "passed")
    assert (result_of(found, "cancel.terminates").violated, found.counts["inconclusive"]) == (3, 1)
    assert [trace for trace, _, _ in read_exchanges(tmp_path)] == ["t0"] * once + ["t1"] * once


def test_what_the_controller_has_merged_is_not_counted_twice(tmp_path: Path) -> None:
    shared(tmp_path)
    merged = EventLog(tmp_path)
    merged.header(begun())
    merged.counts({"event.matching": [11, 0], "cancel.terminates": [4, 3]})
    merged.finding(swallowed())
    merged.close()
    found = read_events(tmp_path)
    assert result_of(found, "event.matching").upheld == 11
    assert (result_of(found, "cancel.terminates").violated, result_of(found, "cancel.terminates").outcome) == (
        3,
        "failed",
    )
    assert (found.findings, found.verdict) == ([swallowed()], "not_conformant")


def test_a_worker_that_wrote_nothing_yet_does_no_harm(tmp_path: Path) -> None:
    shared(tmp_path)
    (tmp_path / WORKERS / "2").mkdir()
    (tmp_path / WORKERS / "2" / EVENTS).write_bytes(b'{"event":"hea')
    assert read_events(tmp_path).counts["traces"] == 2


def test_once_the_run_has_ended_its_footer_alone_counts(tmp_path: Path) -> None:
    shared(tmp_path)
    assert not has_footer(tmp_path)
    with EventLog(tmp_path) as log:
        log.header(begun())
        log.footer(sample())
    assert has_footer(tmp_path)
    assert read_events(tmp_path) == sample()


def timed(directory: Path, lines: list[tuple[str, float, object]]) -> None:
    """An event log with times of one's own choice."""
    directory.mkdir(parents=True, exist_ok=True)
    text = "".join(f'{{"event":"{name}","at":{at},"data":{json.dumps(data)}}}\n' for name, at, data in lines)
    (directory / EVENTS).write_text(text, encoding="utf-8")


def test_a_run_over_time(tmp_path: Path) -> None:
    lines: list[tuple[str, float, object]] = [("header", 1000.0, {}), ("phase", 1000.5, {"name": "exploring"})]
    lines += [("exchange", 1001.0 + n, {}) for n in range(4)]
    lines += [("observation-summary", 1004.5, {"a": [1, 0], "b": [0, 2]})]
    lines += [("observation-summary", 1020.0, {"a": [1, 1], "b": [0, 5]})]
    lines += [("finding", 1030.0, {"id": "b-1"}), ("footer", 1999.0, {})]
    timed(tmp_path, lines)
    found = read_activity(tmp_path)
    assert found is not None
    assert (found.bin_s, sum(found.exchanges), sum(found.violations)) == (0.5, 4, 6)
    assert (found.violations[9], found.violations[40]) == (2, 4)
    assert found.first_violated == {"b": 4.5, "a": 20.0}
    assert (found.found, found.phases) == ({"b-1": 30.0}, [("exploring", 0.5)])


def test_the_times_of_workers_are_merged(tmp_path: Path) -> None:
    timed(tmp_path, [("header", 1000.0, {}), ("finding", 1060.0, {"id": "x"})])
    for number in range(2):
        own: list[tuple[str, float, object]] = [("header", 1001.0, {}), ("exchange", 1010.0 + number, {})]
        timed(tmp_path / WORKERS / str(number), [*own, ("observation-summary", 1011.0 + number, {"a": [0, 2]})])
    found = read_activity(tmp_path)
    assert found is not None
    assert (sum(found.exchanges), sum(found.violations), found.first_violated) == (2, 4, {"a": 11.0})


def test_the_load_of_workers_adds_up_and_what_is_finished_is_counted_once(tmp_path: Path) -> None:
    timed(tmp_path, [("header", 1000.0, {}), ("phase", 1100.0, {"name": "end"})])
    for number in range(2):
        loads: list[tuple[str, float, object]] = [
            ("load", 1010.0 + at, {"in_flight": 2, "finished": at * 3, "settle_s": 3.0 + at + number}) for at in (0, 1)
        ]
        timed(tmp_path / WORKERS / str(number), [("header", 1001.0, {}), *loads])
    found = read_activity(tmp_path)
    assert found is not None
    assert (found.bin_s, found.runs_finished[10], found.runs_finished[11]) == (1, 0, 6)
    assert (found.runs_in_flight[10], found.runs_in_flight[11]) == (3.0, 4.0)
    assert (found.settle_s[10], found.settle_s[11], found.settle_s[12]) == (4.0, 5.0, 0.0)


@pytest.mark.parametrize("line", ["", '{"event":"header","data":{}}\n'])
def test_without_times_there_is_nothing_to_draw(tmp_path: Path, line: str) -> None:
    (tmp_path / EVENTS).write_text(line, encoding="utf-8")
    assert read_activity(tmp_path) is None
    assert read_activity(tmp_path / "nowhere") is None


@pytest.mark.parametrize("removed", [True, False])
def test_a_whole_log_that_cannot_be_compressed_stays_as_it_is(tmp_path: Path, removed: bool) -> None:
    """The directory is gone, or there is something where the compressed log would be."""
    directory = tmp_path / "run"
    log = EventLog(directory)
    log.header(begun())
    log.footer(sample())
    if removed:
        shutil.rmtree(directory)
    else:
        (directory / f"{COMPRESSED}.part").mkdir()
    log.close()
    assert removed or read_events(directory).verdict == sample().verdict
