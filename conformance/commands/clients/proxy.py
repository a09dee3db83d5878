"""`conformance proxy`: judge a client and a server by the traffic between them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from conformance.campaign.recordings import coverage
from conformance.commands.common.parameters import SectionedCommand, option_parameters, values_of
from conformance.commands.common.verbosity import with_verbosity
from conformance.configuration.combinations import NeedsOption, check_known
from conformance.configuration.options import required_of, target_config
from conformance.configuration.reading import read
from conformance.configuration.report_paths import default_report_dir, point_latest, writable_directory
from conformance.configuration.sources import Sources, sources
from conformance.contract.document import ApiDocument, load_document
from conformance.reference.options import ServerOptions
from conformance.reference.process import READY, ReferenceProcess
from conformance.reports.conclusion import exit_code
from conformance.reports.terminal import Verbosity, make_console, summary
from conformance.reports.text import plural
from conformance.reports.write import write_all
from conformance.results.events import EventLog
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.files import load_known, unfilled
from conformance.results.model import Results
from conformance.results.records import record_of
from conformance.results.verdict import demand
from conformance.sdk.proxy.results import begun_results, client_catalogue, proxy_results
from conformance.sdk.proxy.running import ProxySettings, carry
from conformance.sdk.proxy.traffic import Traffic
from conformance.sdk.proxy.upstream import Upstream
from conformance.target.connecting import ssl_context

_EMBEDDED_PREFIX = "/api/orchestration"
_TLS = ("ca-file", "cert", "cert-key", "insecure")
_HELP = """Stand between a client and a server, change nothing, and judge both once stopped.

Without --upstream the embedded reference server answers, below /api/orchestration. Ctrl-C, SIGTERM or --until-idle
stop the proxy; then the server is judged by the rules for recordings, and the client by the requests that it made
(group client).

\b
  conformance proxy --upstream http://localhost:8080 --port 8090
  conformance proxy --until-idle 30s

Exit codes: 0 no violation found, 1 a MUST requirement failed, 2 wrong usage, 3 nothing could be judged, or the server
cannot be reached.
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the user asked for, read and checked. ``known`` is the file of known deviations, and what it holds."""

    found: Sources
    document: ApiDocument
    prefix: str | None
    proxy: ProxySettings
    directory: Path
    required: tuple[str, ...]
    known: tuple[Path, Sequence[KnownDeviation]] | None
    verbosity: Verbosity

    @property
    def accepted(self) -> Sequence[KnownDeviation]:
        """The known deviations."""
        return self.known[1] if self.known is not None else ()


def _proxy(**given: Any) -> None:
    asked = _asked(with_verbosity(given))
    with EventLog(asked.directory) as log:
        results, traffic = _carried(asked, log)
        results = _accepted(results, asked)
        for finding in results.findings:
            log.finding(finding)
        log.footer(results)
    trace = traffic.trace()
    report = write_all(results, asked.directory, ((trace.id, trace.origin, each) for each in trace.exchanges))
    if given["report_dir"] is None:
        point_latest(asked.directory)
    if asked.verbosity != "quiet":
        for line in coverage(results):
            click.echo(line)
    summary(results, make_console(os.environ), report, asked.verbosity)
    if asked.known is not None and (told := unfilled(*asked.known)):
        click.echo(told, err=True)
    raise SystemExit(exit_code(results))


def _asked(given: dict[str, Any]) -> _Asked:
    """Read the options. Raises UserError."""
    found = sources(values_of({**given, "url": given["proxy_upstream"]}))
    check_known(found)
    known: Path | None = read(found, "known")
    directory = read(found, "report-dir") or default_report_dir(found.url or "http://proxy", datetime.now(UTC))
    return _Asked(
        found,
        load_document(read(found, "spec")),
        _prefix(found),
        ProxySettings(read(found, "proxy-host"), read(found, "proxy-port") or 0, read(found, "proxy-until-idle")),
        writable_directory(directory),
        required_of(found, client_catalogue()),
        (known, load_known(known)) if known is not None else None,
        read(found, "verbosity"),
    )


def _accepted(results: Results, asked: _Asked) -> Results:
    """The results after what the user knows already, and what he demands."""
    if asked.known is not None:
        strict = read(asked.found, "strict-known")
        results = apply_known(results, asked.accepted, datetime.now(UTC).date(), strict=strict)
    results = demand(results, asked.required)
    results.configuration["fail_on"] = read(asked.found, "fail-on")
    return results


def _carried(asked: _Asked, log: EventLog) -> tuple[Results, Traffic]:
    """Carry until the proxy is stopped, and judge. Raises UserError where nothing can be carried."""
    url = asked.found.url
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    with ExitStack() as stack:
        if url is None:
            prefix = _EMBEDDED_PREFIX if asked.prefix is None else asked.prefix
            server = stack.enter_context(ReferenceProcess(ServerOptions(prefix=prefix)))
            upstream = Upstream(server.url.removesuffix(prefix))
        else:
            prefix = asked.prefix or ""
            upstream = _upstream(asked.found, url)
        begun = begun_results(asked.document, upstream.shown + upstream.path, started_at, embedded=url is None)
        log.header(begun)
        start = time.monotonic_ns()
        traffic = Traffic(
            upstream.url_of,
            prefix if url is None else asked.prefix,
            lambda exchange: log.exchange(record_of(exchange, start), "proxy"),
        )
        carry(upstream, traffic, asked.proxy, lambda own: click.echo(f"{READY}{own}{prefix}"))
    if asked.verbosity != "quiet":
        click.echo(f"Judging {plural(len(traffic), 'exchange')}.")
    return proxy_results(traffic, asked.document, begun, asked.accepted), traffic


def _upstream(found: Sources, url: str) -> Upstream:
    with found.placing():
        config = target_config(found, url)
    return Upstream(config.url, ssl_context(config) if config.url.startswith("https:") else None)


def _prefix(found: Sources) -> str | None:
    given: str | None = read(found, "prefix")
    if found.url is None:
        for name in _TLS:
            if found.given(name):
                raise NeedsOption(name, "upstream")
    return None if given is None else f"/{given.strip('/')}".rstrip("/")


proxy = SectionedCommand(
    "proxy",
    callback=_proxy,
    params=option_parameters("proxy"),
    help=_HELP,
    short_help="Judge a client and a server by what goes between them.",
)
