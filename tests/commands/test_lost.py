"""A target that cannot be used any longer in the middle of a run: said first, in a sentence, with what was measured."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.store import read_results
from tests.warm import PATIENCE, Started, environment


def run_until(url: str, directory: Path, *options: str, then: Callable[[], object]) -> tuple[int, str, str]:
    """A run's code and what it printed; ``then`` is done once its first traffic is in its log."""
    command = ("run", url, "--profile", "smoke", "--report-dir", str(directory), *options)
    with Started(*command, cwd=directory, env=environment()) as run:
        _wait_for_traffic(directory, run)
        then()
        out, err = run.communicate()
        code = run.poll()
        assert code is not None
        return code, out, err


def _wait_for_traffic(directory: Path, run: Started) -> None:
    end = time.monotonic() + PATIENCE
    while not any(b'"event":"observation-summary"' in log.read_bytes() for log in directory.rglob("events.ndjson")):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_server_that_ends_is_told_before_the_verdict(tmp_path: Path) -> None:
    with ReferenceProcess() as server:
        code, out, err = run_until(server.url, tmp_path, "--timeout", "2", then=server.stop)
    told = out[out.index("Not tested to the end") :]
    assert told.startswith("Not tested to the end: The target stopped accepting connections during the run")
    assert "Incomplete" in told
    assert (code, err) == (3, "")
    results = read_results(tmp_path)
    assert "stopped accepting connections" in results.target["lost"]
    assert {each.outcome for each in results.requirements} <= {"passed", "inconclusive", "not_applicable"}
    assert results.counts["exchanges"]


class _Tokens(BaseHTTPRequestHandler):
    """Grants tokens that soon expire, as long as it is asked to."""

    issuer = ""
    granting = threading.Event()
    client = httpx.Client(verify=False, trust_env=False)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name: self.headers[name] for name in ("authorization", "content-type")}
        grant = self.client.post(self.issuer, content=body, headers=headers).json() | {"expires_in": 2}
        granted = self.granting.is_set()
        answer = json.dumps(grant if granted else {"error": "unauthorized_client"}).encode()
        self.send_response(200 if granted else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextlib.contextmanager
def tokens(issuer: str) -> Iterator[tuple[str, threading.Event]]:
    """The URL of a token endpoint, and what makes it grant."""
    granting = threading.Event()
    granting.set()
    handler = type("Tokens", (_Tokens,), {"issuer": issuer, "granting": granting})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/token", granting
        server.shutdown()


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_token_that_is_refused_in_the_middle_is_one_sentence(tmp_path: Path, workers: tuple[str, ...]) -> None:
    with ReferenceProcess(ServerOptions(auth=True)) as server, tokens(f"{server.url}/oauth/token") as (url, granting):
        options = ("--client-id", "conformance", "--client-secret", "conformance", "--token-url", url)
        code, out, err = run_until(server.url, tmp_path, *options, *workers, then=granting.clear)
    assert f"Not tested to the end: No access token from {url}: status 401, unauthorized_client." in out, err
    assert (code, err) == (3, "")
    assert read_results(tmp_path).counts["exchanges"]
