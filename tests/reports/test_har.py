"""Writing HAR files, and reading them back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.reports.har import write_har
from conformance.reports.write import write_all
from conformance.trace.exchange import Exchange, Failure, Request, Response
from conformance.trace.har import read_recordings
from conformance.trace.har_files import OwnAnswers
from tests.recordings.reading import read_har
from tests.reports.sample import clean

ORIGIN = 1_790_000_000_123_456_789


def exchanges() -> list[Exchange]:
    secret = (("Authorization", "Bearer hunter2"), ("Content-Type", "application/json"))
    url = "http://user:hunter2@host/instances?running=true"
    listed = Request("GET", url, "/instances", (("running", "true"),), secret)
    created = Request("POST", "http://host/workflows", "/workflows", (), secret, b'{"n":100000000000000000000001}')
    return [
        Exchange(0, listed, 0, 1_234_567, Response(200, (("content-type", "x"),), b"\xff\x00"), client="a", step=3),
        Exchange(1, created, 2_000_001, 9_000_007, None, Failure("timeout", "no answer within 5 s")),
    ]


def test_bodies_and_times_come_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "out.har"
    assert write_har(path, (("t1", ORIGIN, one) for one in exchanges())) == 2
    trace = read_har(path)
    assert trace.origin == ORIGIN
    for given, found in zip(exchanges(), trace.exchanges, strict=True):
        assert (found.sent, found.received, found.client) == (given.sent, given.received, given.client)
        assert (found.response, found.failure) == (given.response, given.failure)
        assert (found.request.body, found.request.query) == (given.request.body, given.request.query)


def test_no_secret_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.har"
    write_har(path, (("t1", ORIGIN, one) for one in exchanges()))
    text = path.read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "Bearer [redacted]" in text


def test_an_empty_run_is_still_a_har(tmp_path: Path) -> None:
    path = tmp_path / "out.har"
    assert write_har(path, []) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["log"]["entries"] == []


@pytest.mark.parametrize(("target", "judged"), [({"sdk": True}, False), ({"sdk": True, "scenarios": True}, True)])
def test_what_this_suite_itself_has_answered_is_judged_as_no_server(
    tmp_path: Path, target: dict[str, object], judged: bool
) -> None:
    items = [("t1", ORIGIN, one) for one in exchanges()]
    write_all(replace(clean(), target={"name": "sdk 1"} | target), tmp_path, items)
    if judged:
        (trace,) = read_recordings([tmp_path])
        assert len(trace.exchanges) == 2
    else:
        with pytest.raises(OwnAnswers, match=r"exchanges\.har holds the calls of an SDK"):
            read_recordings([tmp_path])
