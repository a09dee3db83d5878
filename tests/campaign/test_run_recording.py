"""What a run keeps of its exchanges on disk, and what it shows of its progress."""

from __future__ import annotations

from pathlib import Path

from conformance.campaign.observer import Load
from conformance.campaign.run_recording import RecordingObserver, Spool
from conformance.contract.requirements import load_requirements
from conformance.judging.tally import Tally
from conformance.reports.terminal import Counts, SilentProgress
from conformance.trace import Request, Response, Trace
from conformance.trace.recording import Span, recorded
from tests.rules.build import TraceBuilder


def test_of_many_long_bodies_only_the_beginning_is_kept(tmp_path: Path) -> None:
    bodies = [b"x" * 4_000_000] * 10 + [b"short"]
    exchanges = tuple(
        recorded(number, Request("GET", "http://t/_info", "/_info"), Span(number, number + 1), Response(200, (), body))
        for number, body in enumerate(bodies)
    )
    with Spool(tmp_path / "spool") as spool:
        spool.add(Trace("t", exchanges))
        kept = [exchange for _, _, exchange in spool.items()]
    assert [len(each.response.body) if each.response else 0 for each in kept] == [4_000_000] * 8 + [0, 0, 5]
    assert kept[8].failed_by("aborted")
    assert kept[8].failure is not None
    assert "4000000 bytes, only the beginning is recorded" in kept[8].failure.message


class _Shown(SilentProgress):
    def __init__(self) -> None:
        self.lines: list[tuple[Counts, str]] = []

    def update(self, counts: Counts, elapsed: float, budget: float | None, doing: str = "") -> None:
        self.lines.append((counts, doing))


def test_progress_counts_what_was_sent_before_any_of_it_is_judged_and_keeps_what_is_done() -> None:
    progress = _Shown()
    observer = RecordingObserver(progress, None, None, load_requirements(), 60.0)
    observer.load(Load(2, 3, 1.0, 40), 12.0)
    observer.judged(TraceBuilder().trace(), Tally(exchanges=50, runs=1), 13.0)
    observer.load(Load(2, 3, 1.0, 50, replaying=("run.wait",)), 14.0)
    observer.load(Load(2, 3, 1.0, 60, confirming="replay 1"), 15.0)
    observer.judged(TraceBuilder().trace(), Tally(exchanges=70, runs=1), 15.0)
    observer.phase("another")
    observer.load(Load(0, 5, 1.0, 60), 16.0)
    assert progress.lines == [
        (Counts(40, 5, 0), ""),
        (Counts(50, 5, 0), ""),
        (Counts(50, 5, 0, ("run.wait",)), ""),
        (Counts(60, 5, 0), "replay 1"),
        (Counts(70, 5, 0), "replay 1"),
        (Counts(70, 5, 0), ""),
    ]
