"""Pytest hooks of a run: the traffic is a lazy resource of the session, started by the first item that needs it."""

from __future__ import annotations

import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.contract.errors import UserError
from conformance.contract.requirements import load_requirements
from conformance.plugin import setting
from conformance.results.model import Results
from conformance.results.verdict import INTERRUPTED
from conformance.suite.distribution import Controller, Worker
from conformance.suite.items import select
from conformance.target import TargetError

SESSION: pytest.StashKey[ConformanceRun] = pytest.StashKey()
UNTESTABLE = 3


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers of groups, and check the options before anything is collected."""
    for group in load_requirements().groups.values():
        config.addinivalue_line("markers", f"{group.name}: {group.about}")
    try:
        session = config.stash[SESSION] = ConformanceRun.of(lambda name: setting(config, name))
    except TargetError as error:
        pytest.exit(str(error), UNTESTABLE)
    except UserError as error:
        raise pytest.UsageError(str(error)) from None
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Worker(config, session), "conformance-worker")
    elif config.getoption("dist", "no") != "no":
        config.pluginmanager.register(Controller(session), "conformance-controller")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember whether -k or -m leave requirements out: such a run never says conformant."""
    if hasattr(config, "workerinput"):
        return  # a worker has reported its selection already, and has shards instead of items
    select(config, config.stash[SESSION], items)
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            # What a run has measured stays the same however often it is asked for.
            item.add_marker(pytest.mark.flaky(reruns=0))


@pytest.fixture(scope="session")
def conformance_session(pytestconfig: pytest.Config) -> ConformanceRun:
    """The run that this pytest session does."""
    return pytestconfig.stash[SESSION]


@pytest.fixture(scope="session")
def conformance_results(pytestconfig: pytest.Config, conformance_session: ConformanceRun) -> Results:
    """The results of the run; the first item that asks for them starts the traffic."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    try:
        if capture is None:
            results = conformance_session.run()
        else:
            with capture.global_and_fixture_disabled():
                results = conformance_session.run()
    except UserError as error:
        pytest.exit(str(error), error.exit_code)
    if conformance_session.interrupted:
        pytest.exit("interrupted; what was measured until then is in the report", INTERRUPTED)
    return results


def pytest_terminal_summary(config: pytest.Config) -> None:
    """The run's own summary, after pytest's."""
    config.stash[SESSION].tell()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The exit code is that of the verdict, not merely of failed items."""
    run = session.config.stash[SESSION]
    if run.exit_code is not None:
        session.exitstatus = run.exit_code
