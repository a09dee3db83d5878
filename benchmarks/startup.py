"""How long commands take to start, beside `st --version`, and what the plugin adds to a pytest that does not use it.

Each command is started several times, in turns; the least CPU time counts, in seconds. The exit code is 1 when a
command takes as long as the peer, or longer than half a second, or the plugin adds more than 30 ms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path

_MOST_S, _MOST_ADDED_S = 0.5, 0.03
_SAMPLE = str(Path(__file__).parents[1] / "reports" / "sample" / "results.json")
_COMMANDS = (
    ("--version",),
    ("--help",),
    ("explain", "cancel.terminates"),
    ("requirements",),
    ("known", "--from", _SAMPLE),
    ("compare", _SAMPLE, _SAMPLE),
)
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
_WITHOUT_PEER = ("-p", "no:schemathesis")


def cpu_s(command: Sequence[str], directory: str) -> float:
    """CPU seconds of a program and of what it started."""
    process = subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def least(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """The least CPU time of each command. They take turns, so that what disturbs one disturbs all."""
    found = dict.fromkeys(commands, float("inf"))
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "test_own.py").write_text("def test_own():\n    pass\n")
        for _ in range(rounds):
            for name, command in commands.items():
                found[name] = min(found[name], cpu_s(command, directory))
    return found


def main() -> int:
    """Measure and print; 1 when a bound is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    scripts = Path(sysconfig.get_path("scripts"))
    commands: dict[str, Sequence[str]] = {"st --version": (str(scripts / "st"), "--version")}
    commands |= {f"conformance {arguments[0]}": (str(scripts / "conformance"), *arguments) for arguments in _COMMANDS}
    commands["pytest -p no:conformance"] = (*_PYTEST, "-p", "no:conformance")
    commands["pytest"] = _PYTEST
    commands["pytest -p no:conformance -p no:schemathesis"] = (*_PYTEST, "-p", "no:conformance", *_WITHOUT_PEER)
    commands["pytest -p no:schemathesis"] = (*_PYTEST, *_WITHOUT_PEER)
    seconds = least(commands, rounds)
    print("| command | CPU seconds |\n|---|---|")
    for name, found in seconds.items():
        print(f"| `{name}` | {found:.2f} |")
    added = seconds["pytest -p no:schemathesis"] - seconds["pytest -p no:conformance -p no:schemathesis"]
    peer = seconds["pytest -p no:conformance"] - seconds["pytest -p no:conformance -p no:schemathesis"]
    print(f"\nTo a pytest that uses neither, the plugin adds {added * 1000:.0f} ms, schemathesis's {peer * 1000:.0f}.")
    mine = [found for name, found in seconds.items() if name.startswith("conformance")]
    return int(max(mine) >= min(_MOST_S, seconds["st --version"]) or added > _MOST_ADDED_S)


if __name__ == "__main__":
    raise SystemExit(main())
