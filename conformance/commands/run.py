"""`conformance run`: pytest with the plugin, and the run's own terminal output instead of pytest's."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from typing import Any

import click
import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.commands.common.lost_output import ended_when_unread, tell_unread
from conformance.commands.common.parameters import (
    SectionedCommand,
    completion,
    option_parameters,
    target_names,
    values_of,
)
from conformance.commands.common.selection import NothingSelected, arguments_of, check_selection
from conformance.commands.common.verbosity import with_verbosity
from conformance.configuration.combinations import Contradiction
from conformance.configuration.reading import BadOption
from conformance.configuration.table.lookup import options_of
from conformance.plugin import SUITE
from conformance.reports.text import visible
from conformance.results.verdict import INCOMPLETE, INTERRUPTED, USAGE
from conformance.suite.runtime import SESSION

_HELP = """Test a server and write a report: what conforms, what does not, and the shortest way to see each failure.

TARGET is the name of a target of the configuration file. Without URL or TARGET the embedded reference server is tested,
unless the file or CONFORMANCE_URL names another one.

\b
Examples:
  conformance run
  conformance run https://staging.example/api/orchestration --token "$TOKEN"
  conformance run localhost:8080 --profile smoke -k cancel
  conformance run staging
  conformance run --fault cancel-ignored

\b
Exit codes: 0 conformant · 1 not conformant · 2 wrong usage ·
3 incomplete, or the target could not be judged · 130 interrupted

Each option can also be set by an environment variable, CONFORMANCE_PROFILE for --profile, and by a line of
conformance.toml; `conformance config` shows what applies.
"""


class _Reporter:
    """Stands in for pytest's terminal: keeps the run, and tells why pytest stopped."""

    def __init__(self) -> None:
        self.session: ConformanceRun | None = None
        self.crash: str | None = None
        self.interrupted = False

    def pytest_configure(self, config: pytest.Config) -> None:
        # Where the suite itself fails, each item does. pytest's own form parses each module of the traceback every
        # time, which takes minutes.
        config.option.tbstyle = "native"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.session = session.config.stash.get(SESSION, None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            sys.stderr.write(f"{report.longreprtext}\n")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when != "call":
            self.crash = self.crash or report.longreprtext

    def pytest_internalerror(self, excrepr: object) -> None:
        self.crash = self.crash or str(excrepr)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, pytest.exit.Exception):
            sys.stderr.write(f"conformance: {visible(excinfo.value.msg)}\n")
        else:
            self.interrupted = True


def _arguments(url: str | None, given: dict[str, Any]) -> list[str]:
    """The pytest command line that does what was asked for."""
    found = ["-c", str(files("conformance.suite") / "pytest.ini"), "--pyargs", SUITE]
    # A conftest.py of the directory that it is started in is for the tests there.
    found += ["--noconftest", "-p", "no:terminal", "-p", "no:cacheprovider", "--capture=no"]
    # What helps who writes tests takes seconds: modules are compiled anew, and garbage is collected at the end.
    found += ["--assert=plain", "-p", "no:unraisableexception"]
    # Its plugin takes a third of a second to load, in each worker, and has nothing to do here.
    found += ["-p", "no:schemathesis"]
    if url:
        found.append(f"--conformance-url={url}")
    for option in options_of("run", "pytest"):
        value = given.get(option.key.replace("-", "_"))
        if option.kind == "flag":
            found += [f"--conformance-{option.name}"] if value else []
        elif value:
            values = value if option.many else [value]
            found += [f"--conformance-{option.name}={each}" for each in values]
    return found + arguments_of(given)


def _run(url: str | None, **given: Any) -> None:
    given = with_verbosity(given)
    arguments = _arguments(url, given)
    _check_workers(given["n"])
    if given["n"] and given["shard"]:
        raise Contradiction("-n", "--shard")
    check_selection(given["k"], given["m"])
    # Checked here first, so that mistakes are explained in this command's own words.
    ConformanceRun.of(values_of({**given, "url": url}))
    reporter = _Reporter()
    with ended_when_unread() as output:
        code = _told(reporter, int(pytest.main(arguments, plugins=[reporter])))
    if output.unread:
        tell_unread(output, reporter.session.report if reporter.session is not None else None)
    raise SystemExit(code)


def _check_workers(text: str | None) -> None:
    if text is not None and not re.fullmatch(r"\d{1,3}|auto|logical", text, re.ASCII):
        raise BadOption("n", text, "a number of processes, or 'auto'")


def _told(reporter: _Reporter, code: int) -> int:
    """Print what a run came to, and give its exit code."""
    session = reporter.session
    if reporter.interrupted:
        return INTERRUPTED
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise NothingSelected
    if reporter.crash is not None:
        crash = reporter.crash if session is None else session.masked(reporter.crash)
        click.echo(f"conformance: the suite itself failed; please report this.\n{crash}", err=True)
    if session is None or session.outcome is None:
        if session is not None and session.report is not None:
            click.echo(f"Report: {session.report}", err=True)
        return {int(pytest.ExitCode.USAGE_ERROR): USAGE, int(pytest.ExitCode.TESTS_FAILED): INCOMPLETE}.get(code, code)
    session.tell()
    if session.outcome.interrupted:
        return INTERRUPTED
    return code


_TARGET = click.Argument(["url"], required=False, metavar="[URL|TARGET]", shell_complete=completion(target_names))


run = SectionedCommand(
    "run", callback=_run, params=[_TARGET, *option_parameters("run")], help=_HELP, short_help="Test a server."
)
