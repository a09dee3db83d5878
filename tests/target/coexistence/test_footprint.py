"""What a run has made and not removed, also as its journal tells it when the process is gone."""

from __future__ import annotations

from pathlib import Path

from conformance.target.coexistence.footprint import Footprint, Journal, Made, read_journals
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for


def exchanged() -> TraceBuilder:
    """Two workflows, of which one is deleted, and three instances, of which one ends and one is cancelled."""
    t = TraceBuilder()
    kept = t.create([wait_for("go")])
    gone = t.create([])
    ended, cancelled, _ = t.run(kept), t.run(kept), t.run(kept)
    t.get(ended, [(5, 6)], ended=7)
    t.cancel(cancelled)
    t.delete(gone)
    return t


def test_what_is_left_is_known(tmp_path: Path) -> None:
    t = exchanged()
    journal = Journal.in_directory(tmp_path, 0, "http://server", "abcdefgh")
    footprint = Footprint(journal)
    for exchange in t.trace().exchanges:
        footprint.note(exchange)
    assert [made.kind for made in footprint.left] == ["instance", "workflow"]
    assert footprint.left[0].workflow == footprint.left[1].id
    # Nothing was closed: this is what a process that is killed leaves.
    (told,) = read_journals(tmp_path)
    assert (told.url, told.run, told.left) == ("http://server", "abcdefgh", footprint.left)
    footprint.close()
    assert read_journals(tmp_path)[0].left == footprint.left


def test_the_journal_of_a_run_that_left_nothing_is_gone(tmp_path: Path) -> None:
    footprint = Footprint(Journal.in_directory(tmp_path, 3, "http://server", "abcdefgh"))
    t = TraceBuilder()
    t.delete(t.create([]))
    for exchange in t.trace().exchanges:
        footprint.note(exchange)
    footprint.close()
    assert list(tmp_path.iterdir()) == []


def test_a_refused_removal_removes_nothing() -> None:
    t = TraceBuilder()
    workflow = t.create([])
    t.delete(workflow, status=403)
    t.delete(workflow, status=500)
    footprint = Footprint()
    for exchange in t.trace().exchanges:
        footprint.note(exchange)
    assert footprint.left == (Made("workflow", workflow),)
    assert footprint.made_by_us(workflow)
    assert not footprint.made_by_us("another")


def test_a_line_that_was_cut_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "made.ndjson").write_text(
        '{"url": "http://s", "run": "abcdefgh"}\n{"made": "workflow", "id": "w1"}\n{"made": "inst'
    )
    (tmp_path / "made-1.ndjson").write_text("")
    (told,) = read_journals(tmp_path)
    assert told.left == (Made("workflow", "w1"),)


def test_an_instance_that_the_list_of_its_workflow_shows_ended_is_not_left() -> None:
    t = TraceBuilder()
    workflow = t.create([])
    ended, open_ = t.run(workflow), t.run(workflow)
    t.instances(workflow, [t.instance(ended, ended=7), t.instance(open_)])
    footprint = Footprint()
    for exchange in t.trace().exchanges:
        footprint.note(exchange)
    assert [made.id for made in footprint.left] == [open_, workflow]
