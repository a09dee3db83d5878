"""One run from its options to its reports; pytest and the command line are thin around it."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from conformance.campaign.concluding import RunOutcome, conclude, header, untested
from conformance.campaign.ending.interruptions import Interruptions
from conformance.campaign.observer import Observer
from conformance.campaign.run_recording import RecordingObserver, Spool, begun_in
from conformance.campaign.running import RunContext, play
from conformance.campaign.schedule import deadline_of
from conformance.campaign.sharding.merging import conclude_shards
from conformance.campaign.sharding.shards import Shard, missing_of, shard_from, targets_of, write_shard
from conformance.configuration.options import RunOptions, checked_options, target_config
from conformance.configuration.reading import Values, read
from conformance.configuration.report_paths import held, new_directory, point_latest, writable_directory, writable_file
from conformance.configuration.settings import Settings
from conformance.configuration.sources import Sources, sources
from conformance.confirming.finding_store import FindingStore
from conformance.contract.document import ApiDocument, load_document
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.reference.process import ReferenceProcess
from conformance.reports.annotations import ci_annotations
from conformance.reports.conclusion import Conclusion, conclusion_of
from conformance.reports.har import HarItem
from conformance.reports.markdown import append_summary
from conformance.reports.terminal import SilentProgress, make_console, make_progress, summary
from conformance.reports.write import write_all
from conformance.results.compare import Comparison, compare
from conformance.results.event_lines import WORKERS
from conformance.results.events import EventLog
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.files import load_known, unfilled
from conformance.results.model import Results
from conformance.results.narrowing import narrow
from conformance.results.store import read_results
from conformance.results.verdict import decisive, demand, verdict_of
from conformance.target import TargetConfig, TargetError, locate
from conformance.target.coexistence.footprint import forget
from conformance.target.coexistence.identity import new_run_id
from conformance.trace.secrets import KNOWN

_INTERRUPTED = "interrupted: cleaning up and writing the reports; interrupt again to leave at once"


@dataclass(repr=False)  # pytest shows an item's arguments when it fails, and a run's would be all that was measured
class ConformanceRun:
    """A run. Construct it with ``ConformanceRun.of``; every mistake of the user is reported before any traffic.

    ``selected`` are the requirements that -k or -m chose, None when they chose all: such a run never says conformant.
    ``first_only``: the first failure is enough. ``begun`` is its beginning on the monotonic clock, in seconds.
    """

    options: RunOptions
    sources: Sources
    document: ApiDocument
    catalogue: Catalogue
    known: tuple[KnownDeviation, ...]
    previous: Results | None
    selected: frozenset[str] | None = None
    first_only: bool = False
    results: Results | None = None
    outcome: RunOutcome | None = None
    comparison: Comparison | None = None
    report: Path | None = None
    errors: list[str] = field(default_factory=list)
    run_id: str = field(default_factory=new_run_id)
    begun: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, values: Values) -> ConformanceRun:
        """Check everything that can be checked without traffic. Raises UserError."""
        found = sources(values)
        options = checked_options(found)
        if options.summary_file is not None:
            writable_file("summary-file", options.summary_file)
        if options.settings.database is not None:
            FindingStore(options.settings.database)
        return cls(
            options=options,
            sources=found,
            document=load_document(options.settings.spec, allow_refs=read(found, "allow-refs")),
            catalogue=load_requirements(),
            known=load_known(options.known) if options.known else (),
            previous=read_results(options.against) if options.against else None,
        )

    def select(self, chosen: Iterable[str], whole: int) -> None:
        """Take note of the requirements that items were selected for, ``whole`` of them by an item of their own."""
        self.selected = None if whole == len(self.catalogue.requirements) else frozenset(chosen)

    @property
    def settings(self) -> Settings:
        """How the run is done; where the first failure is enough, exploring ends at the first violation."""
        settings = replace(self.options.settings, known=self.known)
        if not self.first_only:
            return settings
        failing = decisive(self.catalogue, self.options.fail_on) - {entry.requirement for entry in self.known}
        return replace(settings, enough=failing if self.selected is None else failing & self.selected)

    @property
    def console(self) -> Console:
        """Where people read."""
        return make_console(os.environ)

    @contextlib.contextmanager
    def target(self, *, locating: bool = True) -> Iterator[TargetConfig]:
        """The target's address; the embedded reference server runs as long as this is entered."""
        if self.options.url is not None:
            config = self.target_config(self.options.url)
            yield self._located(config) if locating else config
            return
        directory = self.options.settings.report_dir
        try:
            with ReferenceProcess(replace(self.options.embedded, seed=self.options.settings.seed)) as server:
                yield self.target_config(server.url)
        finally:
            # What it held is gone with it.
            if directory is not None:
                forget(directory)

    def masked(self, text: str) -> str:
        """A text without what is secret among the options, and without the tokens that were granted."""
        given = target_config(self.sources, self.options.url or "http://localhost").secrets()
        return KNOWN.mask(given.mask(text))

    def _located(self, config: TargetConfig) -> TargetConfig:
        """The target at the prefix where it serves the API, which is printed when it was not given."""
        found = locate(config, deadline_of(self.options.settings, self.begun))
        if found.url != config.url and self.options.verbosity != "quiet":
            self.console.print(f"Found the API at {found.url}", markup=False, highlight=False, soft_wrap=True)
        return found

    def target_config(self, url: str) -> TargetConfig:
        """How to reach a target at this address. Raises BadOption, WrongUrl and IncompleteCredentials."""
        config = target_config(self.sources, url)
        # What the document does not describe is not called.
        excluded = tuple(sorted({*config.excluded, *self.document.missing}))
        config = config.model_copy(update={"run_id": self.run_id, "excluded": excluded})
        server = self.options.embedded
        if self.options.url is not None or not server.auth:
            return config
        # Credentials that come with the embedded server, whatever the environment has for another one.
        own = {"client_id": server.client_id, "client_secret": server.client_secret, "token_url": f"{url}/oauth/token"}
        return config.model_copy(update={"token": None, "token_file": None, **own})

    def context(self, config: TargetConfig, observer: Observer) -> RunContext:
        """What the traffic of this run needs, on a target."""
        return RunContext(config, self.document, self.settings, observer, self.begun)

    def run(self) -> Results:
        """Play, judge and write the reports.

        Raises TargetError when the target cannot be tested; the reports that say so are written all the same.
        """
        with (
            Interruptions(self._announce) as stop,
            self.target() as config,
            self.recording(config) as (begun, watcher, log, spool),
        ):
            outcome = play(self.context(config, watcher), stop)
            results = self.conclude(begun, outcome, log, [spool])
            if stop() and not outcome.interrupted:
                # It came while the reports were written: they are there, and say that they were interrupted.
                outcome.interrupted = True
                results.complete, results.verdict = False, verdict_of(results.requirements, complete=False)
                self._write(results, log, None)
            return results

    def _announce(self) -> None:
        if self.options.verbosity != "quiet":
            self.console.print(_INTERRUPTED, markup=False, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def recording(self, config: TargetConfig) -> Iterator[tuple[Results, RecordingObserver, EventLog, Spool]]:
        """What is opened with a run: its header, its observer, its event log, and its spool."""
        if self.options.default_dir:
            self._write_to(new_directory(self.options.report_dir))
        directory = writable_directory(self.options.report_dir)
        progress = make_progress(self.console, os.environ, self.options.verbosity)
        begun = self._header(config)
        try:
            with held(directory), begun_in(directory) as (log, spool):
                log.header(begun)
                watcher = RecordingObserver(progress, log, spool, self.catalogue, self.options.settings.seconds)
                try:
                    yield begun, watcher, log, spool
                except TargetError as error:
                    if not watcher.measured:
                        self._write_untested(begun, log, str(error))
                    raise
        finally:
            progress.close()

    def merge(self, shards: Sequence[Shard]) -> Results:
        """One result of the shares of a run: judged together, each cause confirmed once, and the reports written."""
        if self.options.settings.max_time is None:
            self.begun -= max(each.seconds for each in shards)
        with self.target(locating=False) as config, self.recording(config) as (begun, watcher, log, _):
            begun.target |= {"shares": len(shards)} | ({"missing": told} if (told := missing_of(shards)) else {})
            outcome = conclude_shards(self.context(config, watcher), targets_of(shards))
            return self.conclude(begun, outcome, log, [])

    def _write_to(self, directory: Path) -> None:
        settings = replace(self.options.settings, report_dir=directory)
        self.options = replace(self.options, report_dir=directory, settings=settings)

    def leave_untested(self, config: TargetConfig, error: TargetError) -> None:
        """Write the reports of a run that could not begin, since CI jobs collect them; they say why."""
        with contextlib.suppress(TargetError), self.recording(config):
            raise error

    def _write_untested(self, begun: Results, log: EventLog, reason: str) -> None:
        results = untested(begun, reason, self.options.settings.features)
        results.duration_s = round(time.monotonic() - self.begun, 1)
        results = results if self.selected is None else narrow(results, self.selected)
        self._write(results, log, (), reached=False)

    def _write(
        self, results: Results, log: EventLog, exchanges: Iterable[HarItem] | None, *, reached: bool = True
    ) -> None:
        self.report = write_all(results, self.options.report_dir, exchanges, self.comparison)
        log.footer(results)
        if self.options.summary_file is not None:
            append_summary(results, self.options.summary_file, self.comparison)
        if self.options.default_dir:
            point_latest(self.options.report_dir, instead=reached)

    @contextlib.contextmanager
    def shard_recording(self, config: TargetConfig, number: int, directory: Path) -> Iterator[RecordingObserver]:
        """The observer of one worker's share: with an event log of its own, and a spool that the controller reads."""
        budget = self.options.settings.seconds
        with (
            EventLog(directory / WORKERS / str(number)) as log,
            Spool(directory / f"exchanges-{number}.spool", keep=True) as spool,
        ):
            log.header(self._header(config))
            yield RecordingObserver(SilentProgress(), log, spool, self.catalogue, budget)

    def conclude(self, begun: Results, outcome: RunOutcome, log: EventLog, spools: Sequence[Spool]) -> Results:
        """The results of what was played, every report written, and the event log's footer."""
        outcome.tally.errors += self.errors
        outcome.tally.mask_errors(self.masked)
        if "shard" in begun.target:
            seconds = time.monotonic() - self.begun
            shard = shard_from(self.options, self.document.sha256, self.selected, outcome, seconds)
            write_shard(shard, self.options.report_dir)
        results = conclude(begun, outcome, self.options.settings.features, self.begun)
        if self.known:
            results = apply_known(results, self.known, datetime.now(UTC).date(), self.options.strict_known)
        self.comparison = compare(self.previous, results) if self.previous is not None else None
        results = results if self.selected is None else narrow(results, self.selected)
        results = demand(results, self.options.required if "shard" not in begun.target else ())
        self.results, self.outcome = results, outcome
        self._write(results, log, itertools.chain.from_iterable(spool.items() for spool in spools) if spools else None)
        return results

    def _header(self, config: TargetConfig) -> Results:
        begun = header(config, self.document, self.options.settings, self.catalogue)
        begun.target["embedded"] = self.options.url is None
        begun.configuration["fail_on"] = self.options.fail_on
        begun.configuration["excluded"] = list(target_config(self.sources, config.url).excluded)
        number, of = self.options.settings.shard
        if of > 1:
            begun.target["shard"] = f"{number + 1} of {of}"
        if self.options.trace_url is not None:
            begun.configuration["trace_url"] = self.options.trace_url
        if self.options.embedded.faults:
            begun.target["faults"] = list(self.options.embedded.faults)
        return begun

    @property
    def exit_code(self) -> int | None:
        """The exit code that the results come to, None without results."""
        return self._conclusion(self.results).code if self.results is not None else None

    @property
    def interrupted(self) -> bool:
        """Whether the user ended it."""
        return self.outcome is not None and self.outcome.interrupted

    def _conclusion(self, results: Results) -> Conclusion:
        return conclusion_of(results, interrupted=self.interrupted)

    def tell(self) -> None:
        """Print the summary, and annotations where a CI service reads them."""
        if self.results is None:
            return
        if lost := self.results.target.get("lost"):
            told = f"Not tested to the end: {lost}"
            self.console.print(told, style="bold yellow", markup=False, highlight=False, soft_wrap=True)
        if self.options.known is not None and (lacking := unfilled(self.options.known, self.known)):
            self.console.print(lacking, style="yellow", markup=False, highlight=False, soft_wrap=True)
        conclusion = self._conclusion(self.results)
        summary(self.results, self.console, self.report, self.options.verbosity, self.comparison, conclusion)
        for line in ci_annotations(self.results, os.environ):
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
