"""`conformance proxy` as users call it."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.reference.options import ServerOptions
from conformance.reference.process import READY, ReferenceProcess
from conformance.reports.rerun import rerun_command
from conformance.results.event_reading import read_events
from conformance.results.model import Results
from conformance.results.store import read_results
from tests.warm import PATIENCE, PROGRAM, Started, environment

REPORTS = ("results.json", "report.html", "junit.xml", "summary.md", "exchanges.har.gz", "events.ndjson.gz")


@dataclass
class Running:
    """A proxy in a process of its own, and what it has come to once it has ended."""

    process: Started | subprocess.Popen[str]
    url: str
    directory: Path
    out: str = ""

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it; the exit code."""
        self.process.send_signal(number)
        self.out = self.process.communicate(timeout=PATIENCE)[0]
        code = self.process.poll()
        assert code is not None
        return code

    @property
    def results(self) -> Results:
        """What it left."""
        return read_results(self.directory)

    @property
    def failed(self) -> dict[str, str]:
        """The operations of findings by requirement."""
        return {each.requirement: each.operations[0] for each in self.results.findings}


def _started(command: tuple[str, ...], directory: Path) -> subprocess.Popen[str]:
    """A command that begins as a user's does."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [PROGRAM, *command], stdout=pipe, stderr=subprocess.STDOUT, text=True, cwd=directory, env=environment()
    )


@contextmanager
def running(tmp_path: Path, *options: str, loaded: bool = True) -> Iterator[Running]:
    """A proxy that listens; ``loaded``: started where the suite is loaded already."""
    directory = tmp_path / "report"
    command = ("proxy", "--report-dir", str(directory), *options)
    with (
        Started(*command, cwd=tmp_path, env=environment(), one_output=True) if loaded else _started(command, tmp_path)
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(READY), line + process.communicate()[0]
            yield Running(process, line.removeprefix(READY).strip(), directory)
        finally:
            process.kill()


def lives(url: str, **headers: str) -> None:
    """A client that does everything right: a noop run watched to its end, and an event for a run that waits."""
    with httpx.Client(trust_env=False, headers=headers) as client:
        assert client.get(f"{url}/_info").status_code == 200
        stages: list[dict[str, dict[str, str]]] = [{"noop": {}}, {"wait_event": {"event": "go"}}]
        for stage in stages:
            made = client.post(f"{url}/workflows", json={"name": "n", "stages": [stage]}).json()["data"]
            run = client.post(f"{url}/workflows/{made['id']}/instances").json()["data"]
            if "wait_event" in stage:
                client.post(f"{url}/instances/{run['id']}/events", json={"name": "go"})
            while not client.get(f"{url}/instances/{run['id']}").json()["data"]["terminated"]:
                pass
            client.get(f"{url}/instances/{run['id']}/history")
            client.get(f"{url}/instances", params={"workflowID": made["id"]})
            assert client.delete(f"{url}/workflows/{made['id']}").status_code == 204


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_sides_are_judged_when_it_is_stopped(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path, loaded=False) as proxy:
        assert proxy.url.endswith("/api/orchestration")
        lives(proxy.url)
        assert proxy.stop(number) == 0, proxy.out
    assert "No violation found" in proxy.out
    assert proxy.failed == {}
    upheld = {each.id for each in proxy.results.requirements if each.upheld}
    assert {"workflow.create-echo", "run.then-list", "client.body", "client.operation"} <= upheld
    assert proxy.results.errors == []
    assert all((proxy.directory / name).exists() for name in REPORTS)
    assert rerun_command(proxy.results) == "conformance proxy"


def test_a_faulty_server_and_a_faulty_client_are_told_apart(tmp_path: Path) -> None:
    options = ServerOptions(faults=("name-dropped",), prefix="/gate")
    with ReferenceProcess(options) as server, running(tmp_path, "--upstream", server.url) as proxy:
        lives(proxy.url)
        httpx.get(f"{proxy.url}/instances/undefined", params={"foo": "1"}, trust_env=False)
        assert proxy.stop() == 1
        assert rerun_command(proxy.results) == f"conformance proxy --upstream {server.url}"
    assert proxy.failed == {
        "workflow.create-echo": "createWorkflow",
        "client.path-parameters": "getInstance",
        "client.query": "getInstance",
    }


def test_it_stops_by_itself_when_nothing_comes(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["proxy", "--until-idle", "100ms", "--report-dir", str(tmp_path)])
    assert done.exit_code == 3
    assert "nothing is recorded" in done.output


def test_secrets_are_in_no_output(tmp_path: Path) -> None:
    secrets = {"Authorization": "Bearer hush-1", "Cookie": "a=hush-2", "X-Api-Key": "hush-3"}
    with running(tmp_path) as proxy:
        with httpx.Client(trust_env=False, headers=secrets) as client:
            client.get(f"{proxy.url}/instances/undefined")
            client.post(proxy.url.replace("/api", "/auth") + "/token?k=hush-4", content=b"client_secret=hush-5")
        proxy.stop()
    texts = [proxy.out.encode(), *(path.read_bytes() for path in proxy.directory.iterdir() if path.suffix != ".gz")]
    texts += [gzip.decompress(path.read_bytes()) for path in proxy.directory.glob("*.gz")]
    assert len(texts) > len(REPORTS)
    assert [text[:80] for text in texts if b"hush-" in text] == []


def test_the_recording_can_be_checked_again(tmp_path: Path) -> None:
    with running(tmp_path) as proxy:
        lives(proxy.url)
        proxy.stop()
    done = CliRunner().invoke(main, ["check", str(proxy.directory), "--report-dir", str(tmp_path / "again")])
    assert done.exit_code == 0, done.output
    again = {each.id: each.upheld for each in read_results(tmp_path / "again").requirements}
    assert {each.id: each.upheld for each in proxy.results.requirements if each.id in again} == again


def test_a_proxy_that_is_killed_leaves_what_went_through_it(tmp_path: Path) -> None:
    with running(tmp_path, loaded=False) as proxy:
        lives(proxy.url)
        proxy.stop(signal.SIGKILL)
    results = read_events(proxy.directory)
    assert results.counts["exchanges"] > 10
    assert not results.complete


def test_an_upstream_that_dies_is_not_blamed(tmp_path: Path) -> None:
    with ReferenceProcess(ServerOptions()) as server, running(tmp_path, "--upstream", server.url) as proxy:
        lives(proxy.url)
        server.stop()
        for _ in range(6):
            assert httpx.get(f"{proxy.url}/workflows", trust_env=False).status_code == 502
        assert proxy.stop() == 0, proxy.out


def test_what_cannot_work_is_one_sentence(tmp_path: Path) -> None:
    def told(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["proxy", "--report-dir", str(tmp_path), *options])
        return done.exit_code, done.output

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = told("--port", str(port))
        assert code == 2
        assert f"conformance: The proxy cannot listen on 127.0.0.1:{port}: " in said
    code, said = told("--upstream", f"http://127.0.0.1:{port}")
    assert code == 3
    assert "cannot be reached: " in said
    assert told("--until-idle", "soon") == (
        2,
        "conformance: --until-idle cannot be 'soon'. Give a duration such as 400ms, 90s, 15m or 8h.\n",
    )
    assert told("--insecure")[0] == 2
    assert told("--require", "client.nothing")[0] == 2


def test_what_was_required_and_not_judged_is_incomplete(tmp_path: Path) -> None:
    with running(tmp_path, "--require", "client.body") as proxy:
        httpx.get(f"{proxy.url}/_info", trust_env=False)
        assert proxy.stop() == 3
    assert "required, and not judged: client.body" in proxy.out
    assert json.loads((proxy.directory / "results.json").read_text())["profile"] == "proxy"
