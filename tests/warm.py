"""Commands that begin where the suite is loaded already.

To start Python and to load the suite takes seconds of CPU, which is most of a short run. The fork server of
multiprocessing loads it once for a process of pytest; each command is a fork of it with a directory, an environment and
an output of its own, and so are its judge and what draws for it.

Tests of how a command starts, of signals, and of what is left when it is killed start it as a user does.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path

import conformance.commands.check
import conformance.commands.replay
import conformance.commands.run  # noqa: F401  what a fork finds loaded
from conformance.__main__ import program
from tests.started.drawn_once import FOLDER, draw_once

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "conformance")
PATIENCE = 600
"""Seconds; only a hang lasts as long, whatever else the machine does."""

_CONTEXT = multiprocessing.get_context("forkserver")

draw_once()


def environment() -> dict[str, str]:
    """This process' environment without what would change reports."""
    return {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_STEP_SUMMARY")}


def drawing_itself() -> dict[str, str]:
    """The same for processes that share a run: each must draw the same by itself."""
    return {name: value for name, value in environment().items() if name != FOLDER}


def run(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What the command `conformance` gave and printed. Raises subprocess.TimeoutExpired where it hangs."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = _CONTEXT.Process(target=_command, args=(arguments, str(cwd), dict(env), (str(out), str(err))))
        process.start()
        process.join(PATIENCE)
        code = process.exitcode
        if code is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, PATIENCE)
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _command(arguments: tuple[str, ...], cwd: str, env: Mapping[str, str], outputs: tuple[str, str]) -> None:
    for number, path in enumerate(outputs, start=1):
        written = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(written, number)
        os.close(written)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [PROGRAM, *arguments]
    # A fork uses the fork server that it comes from, as its documentation says; Python 3.11 would begin another one.
    vars(forkserver._forkserver)["ensure_running"] = lambda: None
    program()
