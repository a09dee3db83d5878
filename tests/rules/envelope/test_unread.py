"""An answer that was not read to its end proves what its beginning shows, and nothing else."""

from __future__ import annotations

import pytest

from conformance.contract.api import V1
from conformance.judging.judging import Judge, Judgement
from conformance.trace import Failure, Headers, Request, Response, Trace
from conformance.trace.recording import Span, recorded

JSON, HTML = (("content-type", "application/json"),), (("content-type", "text/html"),)
BOMB = b"aaaa"


def judge(method: str, path: str, status: int, headers: Headers, begin: bytes) -> Judgement:
    failure = Failure("aborted", "it is longer than 16000000 bytes", Response(status, headers, begin))
    exchange = recorded(0, Request(method, f"http://t{path}", path), Span(1, 2), failure, V1)
    judgement = Judge().judge(Trace("t", (exchange,)))
    assert not judgement.crashes
    return judgement


def violated(method: str, path: str, status: int, headers: Headers, begin: bytes) -> set[str]:
    return set(judge(method, path, status, headers, begin).violations)


@pytest.mark.parametrize(
    ("path", "status", "headers", "begin"),
    [
        ("/workflows", 200, JSON, b'{"data":[{"id":"'),
        ("/workflows", 200, JSON, b"  \n"),
        ("/_info", 200, JSON, b'{"version":"1111111'),
        ("/workflows", 403, HTML, BOMB),
        ("/nothing", 200, HTML, BOMB),
    ],
)
def test_what_may_go_on_well_is_not_judged(path: str, status: int, headers: Headers, begin: bytes) -> None:
    assert violated("GET", path, status, headers, begin) == set()


@pytest.mark.parametrize(("headers", "begin"), [(JSON, BOMB), (JSON, b"[["), (HTML, b'{"data":['), ((), b"{")])
def test_what_begins_as_no_answer_does_is_a_violation(headers: Headers, begin: bytes) -> None:
    assert violated("GET", "/workflows", 200, headers, begin) == {"envelope.schema"}


@pytest.mark.parametrize(
    ("headers", "begin", "observed"),
    [
        (HTML, b"<h1>", "content-type text/html"),
        ((), b"{", "content-type missing"),
        (JSON, b" [[", "a very long body that begins with [["),
    ],
)
def test_what_is_wrong_with_the_beginning_is_told(headers: Headers, begin: bytes, observed: str) -> None:
    [found] = judge("GET", "/workflows", 200, headers, begin).violations["envelope.schema"]
    assert found.observed == observed


def test_what_a_creation_made_is_open() -> None:
    assert violated("POST", "/workflows", 201, JSON, b'{"data":{"config":{"stages":[') == set()
