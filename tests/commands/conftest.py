"""Runs that several tests look at, each done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.results.model import Results
from conformance.results.store import read_results

FAULTS = ("cancel-ignored", "name-dropped")
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "conformance")
PATIENCE = 600
"""Seconds; only a hang lasts as long, whatever else the machine does."""


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str
    directory: Path

    @property
    def results(self) -> Results:
        """What the run left."""
        return read_results(self.directory)


def environment() -> dict[str, str]:
    """This process' environment without what would change reports."""
    return {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_STEP_SUMMARY")}


def conformance(*arguments: str, directory: Path | None = None) -> Done:
    """Run the command to its end, as a user would, in a directory of its own."""
    command = [PROGRAM, *arguments]
    where = directory or Path.cwd()
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, env=environment(), cwd=where, check=False
    )
    return Done(ended.returncode, ended.stdout, ended.stderr, where)


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Let commands hear SIGINT, also where these tests run in a shell's background, which has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A smoke run against a server with two independent faults."""
    directory = tmp_path_factory.mktemp("faulty")
    faults = [f"--fault={name}" for name in FAULTS]
    options = ("--profile", "smoke", "--seed", "3", "--report-dir", str(directory))
    return conformance("run", *options, *faults, directory=directory)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A short run of the correct server that two workers share."""
    directory = tmp_path_factory.mktemp("shared")
    junit = directory / "pytest.xml"
    options = ("-n", "2", "--profile", "smoke", "--explore-time", "8s", "--report-dir", str(directory))
    done = conformance("run", *options, "--junitxml", str(junit))
    return Done(done.code, done.out, done.err, directory)
