"""docs/architecture.md: the files that it names exist, and its picture is that of the imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"
_NAMED = sorted(set(re.findall(r"`([\w/.-]+/[\w.-]*)`", PAGE.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", _NAMED)
def test_a_file_that_is_named_exists(name: str) -> None:
    assert (ROOT / name).exists() or (ROOT / "conformance" / name).exists()


def test_the_picture_is_that_of_the_imports() -> None:
    done = subprocess.run(
        [sys.executable, "docs/floors.py", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
