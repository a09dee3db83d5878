"""What all tests have in common."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from tests.started.drawn_once import FOLDER, draw_once

# Tests start the suite some hundred times. Where the environment says that no bytecode is written, each start would
# compile all of its modules anew, which takes longer than most of these tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What runs in processes of their own, the judge say, begins where the suite is loaded already.
multiprocessing.set_forkserver_preload(["tests.warm"])

# What runs play is drawn once: in this process, and in the programs that tests start.
draw_once()
_STARTED = str(Path(__file__).with_name("started"))
if _STARTED not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_STARTED, os.environ.get("PYTHONPATH")]))

# Modules that play whole runs, those that take longest first: nobody waits at the end for one that began last.
_LONG = (
    "suite/test_plugin.py",
    "commands/test_interrupts.py",
    "secrets/",
    "commands/test_lost.py",
    "commands/test_run.py",
    "scenarios/snippets/",
    "campaign/",
    "commands/",
    "hostile/",
    "scenarios/",
    "operations/",
    "sdk/",
    "rules/scope/",
    "rules/simulator/",
    "docs/",
    "reference/",
    "target/",
)


@pytest.fixture(scope="session", autouse=True)
def _drawn_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what runs play in a directory that the processes of this session have in common."""
    mine = tmp_path_factory.getbasetemp()
    kept = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "drawn"
    kept.mkdir(exist_ok=True)
    os.environ[FOLDER] = str(kept)


def pytest_xdist_auto_num_workers() -> int:
    """Two processes more than there are processors: nearly half of the time that tests take, they wait."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; what takes as long stays in the order in which it was found."""

    def turn(item: pytest.Item) -> int:
        where = item.nodeid.removeprefix("tests/")
        return next((number for number, begin in enumerate(_LONG) if where.startswith(begin)), len(_LONG))

    items.sort(key=turn)
