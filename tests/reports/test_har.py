"""Writing HAR files, and reading them back."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.reports.har import write_har
from conformance.trace.exchange import Exchange, Failure, Request, Response
from tests.recordings.reading import read_har

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
