"""Runs that several tests look at, each done once."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.results.model import Results
from conformance.results.store import read_results
from tests.warm import drawing_itself, environment, run

FAULTS = ("cancel-ignored", "name-dropped")


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


def conformance(*arguments: str, directory: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
    """Run the command to its end in a directory of its own."""
    where = directory or Path.cwd()
    ended = run(*arguments, cwd=where, env=env or environment())
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
    options = ("-n", "2", "--profile", "smoke", "--explore-time", "4s", "--report-dir", str(directory))
    done = conformance("run", *options, "--junitxml", str(junit), env=drawing_itself())
    return Done(done.code, done.out, done.err, directory)
