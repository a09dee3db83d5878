"""What a run keeps of its exchanges on disk."""

from __future__ import annotations

from pathlib import Path

from conformance.campaign.run_recording import Spool
from conformance.trace import Request, Response, Trace
from conformance.trace.recording import Span, recorded


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
