"""A run distributed over pytest-xdist's workers: each plays a shard; the controller merges, confirms and reports.

The workers' items are replaced by shards of the traffic, so nothing is played twice; which requirements are reported
follows from -k and -m as always, only that the controller makes those reports.
"""

from __future__ import annotations

import base64
import contextlib
import pickle
import shutil
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from conformance.campaign.concluding import RunOutcome
from conformance.campaign.conformance_run import ConformanceRun
from conformance.campaign.run_recording import Spool
from conformance.campaign.running import conclude_shared, play, reach
from conformance.campaign.schedule import deadline_of
from conformance.contract.errors import UserError
from conformance.judging.tally import Tally
from conformance.results.event_lines import WORKERS
from conformance.results.verdict import INCOMPLETE, INTERRUPTED
from conformance.suite.items import assert_selected, requirements_of, select
from conformance.suite.stopping import FILE, ControllerStop, WorkerStop
from conformance.target import TargetError

_OUTPUT = "conformance"


@dataclass(frozen=True, slots=True)
class Selected:
    """A selected item as a worker tells it: what to assert, and under which name. ``operation`` None: of the whole."""

    nodeid: str
    location: tuple[str, int | None, str]
    keywords: dict[str, Any]
    requirement: tuple[str, ...]
    operation: str | None


def _selected(item: pytest.Item) -> Selected:
    callspec: Any = getattr(item, "callspec", None)
    keywords: dict[str, Any] = dict.fromkeys(item.keywords, 1)
    return Selected(item.nodeid, item.location, keywords, requirements_of(item), callspec.params.get("operation"))


def _report(session: ConformanceRun, item: Selected) -> pytest.TestReport:
    """The report that running the item here would have made."""
    outcome: Literal["passed", "failed", "skipped"] = "passed"
    longrepr: Any = None
    reason: str | None = None
    try:
        assert_selected(session, item.requirement, item.operation)
    except pytest.xfail.Exception as expected:  # before a failure, of which it is a kind
        outcome, reason = "skipped", str(expected.msg)
    except pytest.fail.Exception as failed:
        outcome, longrepr = "failed", pytest.ExceptionInfo.from_exception(failed).getrepr(style="value")
    except pytest.skip.Exception as skipped:
        outcome, longrepr = "skipped", (item.location[0], (item.location[1] or 0) + 1, f"Skipped: {skipped.msg}")
    report = pytest.TestReport(item.nodeid, item.location, item.keywords, outcome, longrepr, "call")
    if reason is not None:
        report.wasxfail = reason
    return report


class ShardItem(pytest.Item):
    """One worker's part of the traffic."""

    def __init__(self, *, shard: tuple[int, int], **settings: Any) -> None:
        super().__init__(**settings)
        self.shard = shard

    def runtest(self) -> None:
        """Never called: the protocol below plays the shard without a report of its own."""


def _pack(value: Any) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(value))).decode("ascii")


def _unpack(text: str) -> Any:
    return pickle.loads(zlib.decompress(base64.b64decode(text)))


class Worker:
    """Pytest hooks of a worker."""

    def __init__(self, config: pytest.Config, session: ConformanceRun) -> None:
        # xdist adds workerinput and workeroutput, which pytest's own types do not know.
        given: Any = config
        self._config = given
        self._session = session
        self._url: str = self._config.workerinput["conformance_url"]
        session.run_id = self._config.workerinput["conformance_run"]
        self._directory: Path = Path(self._config.workerinput["conformance_dir"])
        self._count = int(self._config.workerinput["workercount"])
        self._stop = WorkerStop(self._directory / WORKERS / FILE)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Tell the controller what was selected, and put the shards in its place."""
        select(self._config, self._session, items)
        self._config.workeroutput[f"{_OUTPUT}_items"] = _pack([_selected(item) for item in items])
        shards = [(number, self._count) for number in range(self._count)]
        items[:] = [ShardItem.from_parent(session, name=f"shard-{n}", shard=(n, of)) for n, of in shards]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Play a shard; what it saw is sent to the controller when the worker ends."""
        if not isinstance(item, ShardItem):
            return None
        try:
            outcome = RunOutcome(Tally(), interrupted=True) if self._stop() else self._play(item.shard)
        except UserError as error:
            self._config.workeroutput[f"{_OUTPUT}_error"] = str(error)
            return True
        done = self._config.workeroutput.get(_OUTPUT, "")
        self._config.workeroutput[_OUTPUT] = f"{done} {_pack(outcome)}"
        return True

    def _play(self, shard: tuple[int, int]) -> RunOutcome:
        config = self._session.target_config(self._url)
        with self._session.shard_recording(config, shard[0], self._directory) as watcher:
            context = self._session.context(config.share_of(self._count), watcher)
            settings = replace(context.settings, shard=shard, report_dir=self._directory)
            return play(replace(context, settings=settings), self._stop)


class Controller:
    """Pytest hooks of the controller."""

    def __init__(self, session: ConformanceRun) -> None:
        self._session = session
        self._parts: list[RunOutcome] = []
        self._items: list[Selected] = []
        self._running = contextlib.ExitStack()
        self._begun: Any = None
        self._config: Any = None
        self._stopping = ControllerStop(session.options.report_dir / WORKERS / FILE, self._announce)

    def pytest_configure_node(self, node: Any) -> None:
        """Give every worker the address of the one target."""
        if self._begun is None:
            self._config = self._running.enter_context(self._session.target())
            self._reach()
            self._begun = self._running.enter_context(self._session.recording(self._config))
            self._begun[1].phase("exploring")
            self._stopping.begin()
            self._running.callback(self._stopping.end)
        node.workerinput["conformance_url"] = self._config.url
        node.workerinput["conformance_run"] = self._config.run_id
        node.workerinput["conformance_dir"] = str(self._session.options.report_dir.resolve())

    def _announce(self) -> None:
        self._begun[1].phase("interrupted: the workers clean up; interrupt again to wait no longer")

    def _reach(self) -> None:
        """No worker is started for a target that cannot be tested."""
        try:
            reach(self._config, deadline_of(self._session.settings, self._session.begun))
        except TargetError as error:
            self._session.leave_untested(self._config, error)
            self._running.close()
            pytest.exit(str(error), INCOMPLETE)

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Collect what a worker saw."""
        output = getattr(node, "workeroutput", None) or {}
        self._items = _unpack(output[f"{_OUTPUT}_items"]) if f"{_OUTPUT}_items" in output else self._items
        self._parts += [_unpack(part) for part in output.get(_OUTPUT, "").split()]
        lost = output.get(f"{_OUTPUT}_error") or error
        if lost and self._begun is not None:
            self._session.errors.append(f"a worker was lost, and its share of the traffic with it: {lost}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Merge, confirm, write the reports, and report every selected item."""
        with self._running:
            if self._begun is None:
                return
            self._stopping.end()
            if not self._parts:
                if self._stopping.asked:
                    pytest.exit("interrupted twice; nobody waited for what the workers had measured", INTERRUPTED)
                pytest.exit("; ".join(self._session.errors) or "no worker told anything", INCOMPLETE)
            begun, watcher, log, spool = self._begun
            options = self._session.options
            parts = [replace(part, interrupted=part.interrupted or self._stopping.asked) for part in self._parts]
            # The workers have had their shares of the requests that are allowed.
            last = self._config.share_of(len(parts)).max_requests
            config = self._config.model_copy(update={"max_requests": last})
            outcome = conclude_shared(self._session.context(config, watcher), parts)
            spools = [Spool(path) for path in sorted(options.report_dir.glob("exchanges-*.spool"))]
            with contextlib.ExitStack() as stack:
                self._select()
                self._session.conclude(begun, outcome, log, [spool, *map(stack.enter_context, spools)])
            shutil.rmtree(options.report_dir / WORKERS, ignore_errors=True)
        for item in self._items:
            session.config.hook.pytest_runtest_logreport(report=_report(self._session, item))
            if session.shouldfail:
                # -x and --maxfail leave out the same items as without workers.
                break

    def _select(self) -> None:
        whole = sum(1 for item in self._items if item.requirement and not item.operation)
        chosen = {name for item in self._items for name in item.requirement}
        self._session.select(chosen, whole)
