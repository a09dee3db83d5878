"""A command run to its end in a session of its own, and the most memory that all its processes held at a time."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.measuring import ROOT

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Held:
    """Seconds, the most memory at a time (MB, what processes share counted once), exit code (-9: killed), output."""

    wall_s: float
    peak_mb: float
    code: int
    output: str


def watched(command: Sequence[str], longest_s: float) -> Held:
    """Run a command, which is killed after ``longest_s`` seconds (Linux)."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, cwd=ROOT
        )
        peak = [0.0]
        watching = threading.Thread(target=_watch, args=(process, peak))
        watching.start()
        try:
            code = process.wait(longest_s)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        watching.join()
        took = time.monotonic() - began
        output.seek(0)
        return Held(took, peak[0], code, output.read().decode("utf-8", "backslashreplace"))


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], _held_mb(process.pid))
        time.sleep(_LOOK_S)


def _held_mb(session: int) -> float:
    """The memory of all processes of a session at this moment."""
    total = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if entry.name.isdecimal() and os.getsid(int(entry.name)) == session:
                lines = (entry / "smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
