"""Reports that are made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.results.store import read_results
from tests.commands.conftest import conformance

SAMPLE = Path(__file__).parents[2] / "reports" / "sample"


def test_without_a_log_they_are_made_from_the_results(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "results.json", tmp_path)
    done = conformance("report", str(tmp_path))
    assert (done.code, done.err) == (1, "")
    assert read_results(tmp_path) == read_results(SAMPLE)
    assert (tmp_path / "report.html").exists()
    assert not list(tmp_path.glob("exchanges*"))


@pytest.mark.parametrize("name", ["empty", "absent"])
def test_where_there_are_neither_that_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = conformance("report", str(tmp_path / name))
    assert done.code == 2
    assert f"{name} holds no readable results: No such file" in done.err
    assert not list((tmp_path / "empty").iterdir())
