"""From options, as texts, to checked settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from conformance.configuration.combinations import check_run, without_contradiction
from conformance.configuration.reading import BadOption, Values, read, sendable
from conformance.configuration.report_paths import default_report_dir
from conformance.configuration.server_options import server_options
from conformance.configuration.settings import Settings
from conformance.configuration.sharding import shard_of
from conformance.configuration.sources import Sources
from conformance.contract.features import chosen
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.reference.options import ServerOptions
from conformance.reports.terminal import Verbosity
from conformance.results.verdict import FailOn
from conformance.target import TargetConfig
from conformance.target.authentication.tokens import TokenFile


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a run was asked for. ``url`` None: the embedded reference server, with the options ``embedded``."""

    url: str | None
    settings: Settings
    report_dir: Path
    embedded: ServerOptions = field(default_factory=ServerOptions)
    known: Path | None = None
    strict_known: bool = False
    against: Path | None = None
    fail_on: FailOn = "must"
    required: tuple[str, ...] = ()
    summary_file: Path | None = None
    trace_url: str | None = None
    verbosity: Verbosity = "normal"
    default_dir: bool = True


def _features(values: Values) -> frozenset[str]:
    wanted, unwanted = read(values, "with"), read(values, "without")
    for name in wanted:
        if name in unwanted:
            raise BadOption("with", name, "a feature with --with or --without, not with both")
    return chosen(wanted, unwanted)


def _trace_url(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"https?://\S*\{trace_id\}\S*", text):
        raise BadOption("trace-url", text, "an http(s) URL in which {trace_id} stands for the id of a trace")
    return text


def run_options(values: Sources, environment: Mapping[str, str] = os.environ) -> RunOptions:
    """Checked options of a run. Raises UserError."""
    report_dir, url = read(values, "report-dir"), values.url
    check_run(values, url)
    directory = report_dir or default_report_dir(url, datetime.now(UTC))
    summary = environment.get("GITHUB_STEP_SUMMARY")
    shard = shard_of(read(values, "shard"), environment)
    if shard[1] > 1 and values("seed") == "random":
        raise BadOption("seed", "random", "the shares of a run one number: who plays what follows from it")
    settings = Settings(
        seed=read(values, "seed"),
        profile=read(values, "profile"),
        max_time=read(values, "max-time"),
        explore_time=read(values, "explore-time"),
        features=_features(values),
        unwanted=frozenset(read(values, "without")),
        report_dir=directory,
        spec=read(values, "spec"),
        database=read(values, "database"),
        shard=shard,
    )
    return RunOptions(
        url=url,
        settings=settings,
        report_dir=directory,
        # What the environment says about the embedded server is not meant for another one.
        embedded=server_options(values) if url is None else ServerOptions(),
        known=read(values, "known"),
        strict_known=read(values, "strict-known"),
        against=read(values, "against"),
        fail_on=read(values, "fail-on"),
        required=required_of(values),
        summary_file=read(values, "summary-file") or (Path(summary) if summary else None),
        trace_url=_trace_url(read(values, "trace-url")),
        verbosity=read(values, "verbosity"),
        default_dir=report_dir is None,
    )


def checked_options(found: Sources) -> RunOptions:
    """The options of a run, once those about its target are checked, too. Raises UserError, which names the source."""
    with found.placing():
        options = run_options(found)
        target_config(found, options.url or "http://localhost")
    return options


def required_of(values: Values, *more: Catalogue) -> tuple[str, ...]:
    """The requirements and groups that must have been judged. Raises BadOption for what is neither.

    ``more`` are catalogues that are judged besides that of servers.
    """
    judged = [each for catalogue in (load_requirements(), *more) for each in catalogue.requirements]
    known = {name for each in judged for name in (each.id, each.group)}
    chosen: tuple[str, ...] = read(values, "require")
    for each in chosen:
        if each not in known:
            raise BadOption("require", each, "a requirement or a group of them; `conformance requirements` lists them")
    return chosen


def target_config(found: Sources, url: str) -> TargetConfig:
    """How to reach the target at an address. Raises UserError for what is missing, wrong or contradictory."""
    values = without_contradiction(found)
    ca_file, token_file = (read(values, name) for name in ("ca-file", "token-file"))
    if token_file is not None:
        TokenFile(token_file).token()
    return TargetConfig(
        url=url,
        headers=dict(read(values, "header")),
        token=sendable("token", read(values, "token") or "") or None,
        token_file=token_file,
        client_id=read(values, "client-id"),
        client_secret=read(values, "client-secret"),
        token_url=read(values, "token-url"),
        issuer=read(values, "issuer"),
        timeout_s=read(values, "timeout"),
        max_rate=read(values, "max-rate"),
        max_body=read(values, "max-body"),
        verify=True if ca_file is None else str(ca_file),
        insecure=read(values, "insecure"),
        cert=_text(read(values, "cert")),
        cert_key=_text(read(values, "cert-key")),
        concurrency=read(values, "concurrency"),
        max_requests=read(values, "max-requests"),
        read_only=read(values, "read-only"),
        excluded=tuple(sorted(set(read(values, "exclude")))),
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
