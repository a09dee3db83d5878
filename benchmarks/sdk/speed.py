"""What judging an SDK costs, and what the driver costs a call.

    python -m benchmarks.sdk.speed [--calls 300] [--sdk go]

Installs each published SDK beside its driver, and then measures: from starting the driver to its hello; a whole run of
``conformance sdk`` with seed 0, wall and CPU seconds of all its processes; and getWorkflow calls per second, one after
another, through the driver and in a loop of the SDK's own language without the suite. Both call the same server. Prints
a Markdown table.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.measuring import ROOT, Cost, measured, program, stamp
from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.driver.process import Driver
from conformance.sdk.driver.protocol import Call
from conformance.sdk.witness.answer import success_answer
from conformance.sdk.witness.server import Witness

DRIVERS = ROOT / "examples" / "sdk-drivers"
LOOPS = Path(__file__).with_name("loops")
_PREFIX = "/api/orchestration"
_WARM = 50
_STARTS = 3
_HEAD = """| SDK | start to hello, s (CPU s) | whole run, s (CPU s) | calls per second | the same in a loop |
|---|---|---|---|---|"""


@dataclass(frozen=True)
class Installed:
    """An SDK that is ready to be called: its driver's command, and that of the loop."""

    driver: Sequence[str]
    loop: Sequence[str]


def _run(*command: str | Path, directory: Path = ROOT) -> None:
    subprocess.run([str(each) for each in command], cwd=directory, check=True)


def _python(work: Path) -> Installed:
    _run(sys.executable, "-m", "venv", work)
    _run(work / "bin" / "pip", "install", "-q", "-r", DRIVERS / "python" / "requirements.txt")
    python = str(work / "bin" / "python")
    return Installed([python, str(DRIVERS / "python" / "driver.py")], [python, str(LOOPS / "loop.py")])


def _typescript(work: Path) -> Installed:
    shutil.copytree(DRIVERS / "typescript", work, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(LOOPS / "loop.mjs", work)
    _run("npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", directory=work)
    return Installed(["node", str(work / "driver.mjs")], ["node", str(work / "loop.mjs")])


def _go(work: Path) -> Installed:
    shutil.copytree(DRIVERS / "go", work)
    (work / "loop").mkdir()
    shutil.copy(LOOPS / "loop.go", work / "loop")
    _run("go", "build", "-o", "driver", ".", directory=work)
    _run("go", "build", "-o", "looping", "./loop", directory=work)
    return Installed([str(work / "driver")], [str(work / "looping")])


SDKS: dict[str, Callable[[Path], Installed]] = {"python": _python, "typescript": _typescript, "go": _go}


async def _started(command: Sequence[str]) -> tuple[float, str]:
    began = time.monotonic()
    async with Driver(command) as driver:
        return time.monotonic() - began, driver.hello.name


def start_up(command: Sequence[str]) -> tuple[Cost, str]:
    """The least cost of starting a driver and ending it again, the time being that until its hello; and the SDK."""
    costs: list[Cost] = []
    for _ in range(_STARTS):
        before = os.times()
        wall, name = asyncio.run(_started(command))
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        costs.append(Cost(wall, cpu, 0, ""))
    return min(costs, key=lambda cost: cost.wall_s), name


def whole_run(driver: str, command: Sequence[str]) -> Cost:
    """A run with the known deviations. Raises SystemExit when it does not end as conformant."""
    with tempfile.TemporaryDirectory() as directory:
        known = DRIVERS / driver / "known.yaml"
        options = [f"--report-dir={directory}", f"--known={known}", "--seed=0"]
        cost = measured([program("conformance"), "sdk", *options, "--", *command])
    if cost.code:
        raise SystemExit(f"The run of {driver} ended with {cost.code}:\n{cost.output}")
    return cost


async def rates(installed: Installed, calls: int) -> tuple[float, float]:
    """Calls per second through the driver, and in the loop."""
    async with Witness(_PREFIX) as witness:
        witness.answering = lambda _: success_answer("getWorkflow", 200, SIMPLE["getWorkflow"])
        call = Call("getWorkflow", {"flowId": "w-1"})
        async with Driver(installed.driver) as driver:
            for number in range(_WARM + calls):
                if number == _WARM:
                    began = time.perf_counter()
                await driver.call(call, witness.base_url)
            through = calls / (time.perf_counter() - began)
        process = await asyncio.create_subprocess_exec(
            *installed.loop, witness.origin, str(calls), stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
    return through, float(output)


def row(name: str, calls: int, work: Path) -> str:
    """A row of the table."""
    installed = SDKS[name](work / name)
    start, sdk = start_up(installed.driver)
    run = whole_run(name, installed.driver)
    through, alone = asyncio.run(rates(installed, calls))
    costs = [f"{cost.wall_s:.{places}f} ({cost.cpu_s:.{places}f})" for cost, places in ((start, 2), (run, 0))]
    return f"| {sdk} | {' | '.join(costs)} | {through:.0f} | {alone:.0f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--sdk", choices=sorted(SDKS), action="append")
    given = parser.parse_args()
    print(_HEAD)
    with tempfile.TemporaryDirectory() as directory:
        for name in given.sdk or SDKS:
            print(row(name, given.calls, Path(directory)), flush=True)
    print(stamp())


if __name__ == "__main__":
    main()
