"""Runs that are cut: what was measured stays, and nothing is left behind."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conformance.reference.process import ReferenceProcess
from conformance.results.store import read_results
from tests.commands.conftest import conformance
from tests.warm import PATIENCE, PROGRAM, environment


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


@contextlib.contextmanager
def under_way(url: str, directory: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A run, in a process group of its own, that has logged traffic already."""
    command = [PROGRAM, "run", url, "--profile", "smoke", "--report-dir", str(directory), *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, env=environment(), start_new_session=True
    ) as run:
        try:
            _wait_for_traffic(directory, run)
            yield run
        finally:
            run.kill()


def _wait_for_traffic(directory: Path, run: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not any(b'"event":"observation-summary"' in log.read_bytes() for log in directory.rglob("events.ndjson")):
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def left_on(url: str) -> tuple[int, int]:
    """Workflows and running instances on a server."""
    lists = (httpx.get(f"{url}/workflows"), httpx.get(f"{url}/instances", params={"running": "true"}))
    workflows, instances = (len(each.json()["data"]) for each in lists)
    return workflows, instances


@pytest.mark.parametrize("cut", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_reports_what_it_saw_and_cleans_up(url: str, tmp_path: Path, cut: signal.Signals) -> None:
    before = left_on(url)
    with under_way(url, tmp_path) as run:
        run.send_signal(cut)
        out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130, err
    results = read_results(tmp_path)
    assert not results.complete
    assert results.counts["exchanges"]
    assert (tmp_path / "report.html").exists()
    assert "cut before its end" in out
    assert "Traceback" not in err
    assert left_on(url) == before


@pytest.mark.parametrize(
    ("cut", "everybody"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGTERM, True)],
)
def test_an_interrupted_run_of_several_workers_does_the_same(
    url: str, tmp_path: Path, cut: signal.Signals, everybody: bool
) -> None:
    """``everybody``: the signal reaches the workers as well, as Ctrl-C in a terminal does.

    They write to the same standard error, which is at its end only when they have ended, too.
    """
    before = left_on(url)
    with under_way(url, tmp_path, "-n", "2") as run:
        (os.killpg if everybody else os.kill)(run.pid, cut)
        out, err = run.communicate(timeout=PATIENCE)
    assert (run.returncode, err) == (130, "")
    results = read_results(tmp_path)
    assert not results.complete
    assert not results.errors
    recording = json.loads(gzip.decompress((tmp_path / "exchanges.har.gz").read_bytes()))
    assert len(recording["log"]["entries"]) == results.counts["exchanges"] > 0
    assert "cut before its end" in out
    assert not (tmp_path / "workers").exists()
    assert left_on(url) == before


def test_a_second_interrupt_ends_a_run_of_several_workers_at_once(url: str, tmp_path: Path) -> None:
    with under_way(url, tmp_path, "-n", "2") as run:
        run.send_signal(signal.SIGINT)
        while "interrupted: the workers clean up" not in (run.stdout.readline() if run.stdout else ""):
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    assert "Traceback" not in err


def test_a_killed_run_can_be_reported(url: str, tmp_path: Path) -> None:
    with under_way(url, tmp_path) as run:
        run.kill()
        # The reader comes to the end once no process has it open that the run started.
        assert run.stderr is not None
        assert run.stderr.read() == ""
    assert not (tmp_path / "results.json").exists()
    done = conformance("report", str(tmp_path))
    assert "cut before its end" in done.out
    results = json.loads((tmp_path / "results.json").read_text())
    assert not results["complete"]
    assert results["counts"]["exchanges"] > 0
    assert any(each["upheld"] for each in results["requirements"])
    assert (tmp_path / "report.html").exists()


_CUT = """
import sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "conformance.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
import conformance.__main__
"""


def test_an_interrupt_while_the_command_is_loaded_ends_it_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", _CUT], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
