"""Recording a run while it goes on: progress on the terminal, the event log, and every exchange on disk."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from conformance.campaign.observer import Load
from conformance.confirming.findings import Proof, finding_or_error
from conformance.contract.requirements import Catalogue
from conformance.judging.tally import Tally
from conformance.reports.har import HarItem
from conformance.reports.terminal import Counts, Progress
from conformance.results.errors import written_to
from conformance.results.event_lines import WORKERS
from conformance.results.events import EventLog
from conformance.results.records import record_of
from conformance.trace import Exchange, Failure, Trace

# Bodies in the event log are for a run that was killed; whole ones go to the HAR.
_LOGGED_BODY = 2048
_AT_A_TIME = 50
_NOTHING = Load(0, 0, 0.0, 0)
# Of bodies longer than this so many bytes are recorded in all: a recording has to be written in time.
_LONG_BODY, _LONG_BODIES = 512 * 1024, 32 * 1024 * 1024


class Spool:
    """Exchanges on disk, trace by trace, so that a long run holds none of them in memory.

    A spool that was kept by another process is opened as it is; the last to leave one removes it, unless ``keep``.
    """

    def __init__(self, path: Path, *, keep: bool = False) -> None:
        self._path = path
        self._keep = keep
        self._room = _LONG_BODIES
        self._file: BinaryIO = path.open("a+b")

    def add(self, trace: Trace) -> None:
        """Keep a trace's exchanges, a few at a time: who reads them back needs no room for a whole long trace.

        Raises ReportsUnwritable.
        """
        with written_to(self._path.parent):
            for first in range(0, len(trace.exchanges), _AT_A_TIME):
                some = tuple(map(self._fitting, trace.exchanges[first : first + _AT_A_TIME]))
                pickle.dump((trace.id, trace.origin, some), self._file, pickle.HIGHEST_PROTOCOL)

    def _fitting(self, exchange: Exchange) -> Exchange:
        """The exchange, or where there have been many long bodies, the same without the rest of its body."""
        response = exchange.response
        size = len(response.body) if response is not None else 0
        if response is None or size <= _LONG_BODY:
            return exchange
        if size <= self._room:
            self._room -= size
            return exchange
        told = f"of this answer (status {response.status}), whose body has {size} bytes, only the beginning is recorded"
        begin = replace(response, body=response.body[:_LOGGED_BODY])
        return replace(exchange, response=None, failure=Failure("aborted", told, begin))

    def items(self) -> Iterator[HarItem]:
        """Every exchange, in the order of adding."""
        self._file.seek(0)
        while True:
            try:
                trace_id, origin, exchanges = pickle.load(self._file)
            except EOFError:
                return
            yield from ((trace_id, origin, exchange) for exchange in exchanges)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; the HAR has everything by now."""
        with contextlib.suppress(OSError):
            # A full disk was reported when the writing failed.
            self._file.close()
        if not self._keep:
            self._path.unlink(missing_ok=True)


class RecordingObserver:
    """An observer that keeps what it sees. ``budget`` is the seconds that traffic may take.

    Each method raises ReportsUnwritable where that cannot be written down, such as on a full disk.
    """

    def __init__(
        self, progress: Progress, log: EventLog | None, spool: Spool | None, catalogue: Catalogue, budget: float | None
    ) -> None:
        self._progress = progress
        self._log = log
        self._spool = spool
        self._catalogue = catalogue
        self._budget = budget
        self._counts = Counts()
        self._load = _NOTHING

    @property
    def measured(self) -> bool:
        """Whether there was any traffic."""
        return self._counts.exchanges > 0

    def phase(self, name: str) -> None:
        """Tell the terminal, and log it."""
        self._load = self._load._replace(replaying=(), confirming="")
        self._progress.phase(name)
        if self._log is not None:
            self._log.phase(name)

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        """Log the trace's exchanges and the counts."""
        if self._spool is not None:
            self._spool.add(trace)
        if self._log is not None:
            start = trace.exchanges[0].sent if trace.exchanges else 0
            for exchange in trace.exchanges:
                self._log.exchange(record_of(exchange, start, _LOGGED_BODY), trace.id)
            self._log.counts({key: [tally.upheld[key], tally.violated[key]] for key in tally.judged_traces})
        self._counts = Counts(tally.exchanges, tally.runs, len(tally.cases))
        self._progress.update(self._shown, elapsed, self._budget, self._load.confirming)

    def load(self, load: Load, elapsed: float) -> None:
        """Log how much the target has to do, and show what was sent though nothing of it is judged yet.

        It also shows what is played again, and that time goes by.
        """
        if self._log is not None:
            self._log.load(load.in_flight, load.finished, load.settle_s)
        self._load = load
        self._progress.update(self._shown, elapsed, self._budget, load.confirming)

    @property
    def _shown(self) -> Counts:
        judged, load = self._counts, self._load
        runs = max(judged.runs, load.in_flight + load.finished)
        return Counts(max(judged.exchanges, load.sent), runs, judged.violated, load.replaying)

    def found(self, proof: Proof) -> None:
        """Log the finding."""
        finding = finding_or_error(proof, self._catalogue)
        # An error is told once, in the end.
        if self._log is not None and not isinstance(finding, str):
            self._log.finding(finding)


@contextlib.contextmanager
def begun_in(directory: Path) -> Iterator[tuple[EventLog, Spool]]:
    """The event log and the spool of a run; what one that was killed has left there is forgotten."""
    _forget(directory)
    with EventLog(directory) as log, Spool(directory / "exchanges.spool") as spool:
        yield log, spool


def _forget(directory: Path) -> None:
    """Remove what a killed run left unfinished here, so that it does not end up in this run's reports."""
    for spool in directory.glob("exchanges*.spool"):
        spool.unlink()
    shutil.rmtree(directory / WORKERS, ignore_errors=True)
