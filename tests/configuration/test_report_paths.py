"""Directories of runs that begin at the same moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.configuration.report_paths import (
    DirectoryInUse,
    UnwritableDirectory,
    held,
    new_directory,
    point_latest,
)


def test_each_run_has_a_directory_of_its_own(tmp_path: Path) -> None:
    wanted = tmp_path / "reports" / "now-host"
    made = [new_directory(wanted) for _ in range(3)]
    assert [each.name for each in made] == ["now-host", "now-host-2", "now-host-3"]
    assert all(each.is_dir() for each in made)


def test_a_file_where_a_directory_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(UnwritableDirectory):
        new_directory(tmp_path / "reports" / "now-host")


def test_a_directory_is_held_by_one_run_at_a_time(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(DirectoryInUse, match="Another run writes"), held(tmp_path):
        pass
    with held(tmp_path):
        pass


@pytest.mark.parametrize("before", ["nothing", "a link", "a directory"])
def test_latest_shows_the_newest(tmp_path: Path, before: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    if before == "a link":
        point_latest(old)
    elif before == "a directory":
        (tmp_path / "latest").mkdir()
    point_latest(new)
    assert (tmp_path / "latest").resolve() == new
    assert sorted(each.name for each in tmp_path.iterdir()) == ["latest", "new", "old"]


def test_latest_stays_where_a_run_saw_something(tmp_path: Path) -> None:
    first, seen, later = (tmp_path / name for name in ("first", "seen", "later"))
    for each in (first, seen, later):
        each.mkdir()
    # There is nothing better to show yet.
    point_latest(first, instead=False)
    assert (tmp_path / "latest").resolve() == first
    point_latest(seen)
    point_latest(later, instead=False)
    assert (tmp_path / "latest").resolve() == seen
