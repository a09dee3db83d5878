"""What all tests have in common."""

from __future__ import annotations

import os
import sys

import pytest

# Tests start the suite some hundred times. Where the environment says that no bytecode is written, each start would
# compile all of its modules anew, which takes longer than most of these tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; what takes as long stays in the order in which it was found."""

    def turn(item: pytest.Item) -> int:
        where = item.nodeid.removeprefix("tests/")
        return next((number for number, begin in enumerate(_LONG) if where.startswith(begin)), len(_LONG))

    items.sort(key=turn)
