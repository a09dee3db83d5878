"""What can go wrong around a run: nobody reads its output, the disk is full, another run writes to the same place."""

from __future__ import annotations

import resource
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conformance.configuration.report_paths import held
from conformance.reference.process import ReferenceProcess
from conformance.results.store import read_results
from tests.commands.conftest import conformance
from tests.warm import PATIENCE, PROGRAM, environment


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


def workflows(url: str) -> int:
    return len(httpx.get(f"{url}/workflows").json()["data"])


def test_a_run_whose_output_nobody_reads_ends_with_its_reports(url: str, tmp_path: Path) -> None:
    command = [PROGRAM, "run", url, "--profile", "smoke", "--report-dir", str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment()) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline() == "probing the target\n"
        run.stdout.close()
        told = run.stderr.read()
        assert run.wait(PATIENCE) == 130
    assert (
        f"nobody reads the output any more, so the run was ended. What was measured until then is in {tmp_path}" in told
    )
    assert "Traceback" not in told
    assert not read_results(tmp_path).complete
    assert workflows(url) == 0


def _no_large_files() -> None:
    # As on a full disk: what has been written so far stays, and nothing can be added. The exchanges of a smoke run are
    # 2.4 MB, and the largest trace is far below the limit.
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_is_told_in_a_sentence_and_nothing_is_left_behind(url: str, tmp_path: Path) -> None:
    command = [PROGRAM, "run", url, "--profile", "smoke", "--report-dir", str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment(),
        preexec_fn=_no_large_files,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 3
    assert f"Nothing more can be written to {tmp_path}: File too large." in done.stderr
    assert "Traceback" not in done.stderr
    assert workflows(url) == 0
    assert conformance("report", str(tmp_path)).code == 3
    assert read_results(tmp_path).counts["exchanges"] > 0


def test_a_second_run_does_not_write_where_another_does(url: str, tmp_path: Path) -> None:
    with held(tmp_path):
        done = conformance("run", url, "--report-dir", str(tmp_path))
    assert done.code == 2
    assert f"Another run writes to {tmp_path} at this moment." in done.err
    assert not list(tmp_path.iterdir())
