"""What the benchmarks share: where and when a figure was measured, and what a command costs."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "orchestration-v1.yaml"

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, everything that it started included: seconds, CPU seconds; and what it printed.

    ``peaks_mb``: the most memory that each of its processes ever held (resident set, in MB), the command itself first.
    """

    wall_s: float
    cpu_s: float
    code: int
    output: str
    peaks_mb: tuple[float, ...] = ()


def program(name: str) -> str:
    """A command of the virtual environment that runs this."""
    return str(Path(sys.executable).with_name(name))


def stamp() -> str:
    """The line under a table: commit (with ``+`` when the files differ from it), date and machine."""
    commit = _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else "")
    now = datetime.now(UTC)
    return f"\nCommit {commit}, {now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {sys.version.split()[0]}."


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() or ("" if done.returncode == 0 else "unknown")


def measured(command: Sequence[str], directory: Path = ROOT) -> Cost:
    """Run a command to its end. Linux only: its grandchildren are adopted, so that their CPU time counts, too."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=directory,
        )
        cost = _reap(process, began)
        output.seek(0)
        return replace(cost, output=output.read())


def _reap(process: subprocess.Popen[bytes], began: float) -> Cost:
    """Exit code and wall seconds of the leader, CPU seconds and peaks of the whole process group; no output yet."""
    code, cpu, wall = -1, 0.0, 0.0
    leader: list[float] = []
    others: list[float] = []
    while True:
        try:
            pid, status, usage = os.wait4(-process.pid, 0)
        except ChildProcessError:
            process.returncode = code
            return Cost(wall, cpu, code, "", (*leader, *others))
        cpu += usage.ru_utime + usage.ru_stime
        (leader if pid == process.pid else others).append(usage.ru_maxrss / 1024)
        if pid == process.pid:
            code, wall = os.waitstatus_to_exitcode(status), time.monotonic() - began
