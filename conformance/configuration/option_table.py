"""The options as data: one row for each, from which every other form follows.

A row makes ``--NAME`` of its commands, ``--conformance-NAME`` and ``conformance_NAME`` of pytest, the variable
``CONFORMANCE_NAME``, the key ``NAME`` of the configuration file, the help of all of them, the shell's completion, and a
line of docs/options.md. A new option is a row here, and a line where its value is used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from conformance.configuration.option import RUN, Command, Kind, Option
from conformance.contract.features import OFFERED
from conformance.contract.operations import CORE_OPERATIONS

_RUN_OR_MERGE: frozenset[Command] = RUN | {"merge"}
_TARGET_COMMANDS: frozenset[Command] = RUN | {"replay", "clean", "merge"}
_REPORT_COMMANDS: frozenset[Command] = RUN | {"check", "merge", "proxy"}
_TLS_COMMANDS: frozenset[Command] = _TARGET_COMMANDS | {"proxy"}
_SERVER_COMMANDS: frozenset[Command] = RUN | {"serve"}

SCOPE, TARGET, RESULTS, EMBEDDED = "Scope", "Target", "Results", "Embedded server"


def _target(
    name: str, text: str, metavar: str = "TEXT", kind: Kind = "text", *, many: bool = False, secret: bool = False
) -> Option:
    return Option(name, TARGET, text, metavar, kind, _TARGET_COMMANDS, many, elsewhere=True, secret=secret)


def _tls(name: str, text: str, metavar: str = "TEXT", kind: Kind = "path") -> Option:
    return Option(name, TARGET, text, metavar, kind, _TLS_COMMANDS, elsewhere=True)


def _feature(name: str, text: str) -> Option:
    return Option(name, SCOPE, text, "FEATURE", "feature", many=True)


def _noise(name: str, text: str, metavar: str, kind: Kind) -> Option:
    return Option(name, EMBEDDED, text, metavar, kind, _SERVER_COMMANDS)


OPTIONS: tuple[Option, ...] = (
    Option(
        "profile",
        SCOPE,
        "How much is explored: smoke, standard (default), thorough or soak.",
        "PROFILE",
        "choice",
        choices=("smoke", "standard", "thorough", "soak"),
    ),
    Option("seed", SCOPE, "Number that all traffic follows from, or 'random'; default 0.", "N", "seed"),
    Option(
        "max-time",
        SCOPE,
        "Time for the whole run, such as 90s, 15m or 8h; all of it that confirming does not need is explored.",
        "TIME",
        "duration",
    ),
    Option(
        "explore-time",
        SCOPE,
        "Time for exploring alone; confirming and tidying up come after it. Default by profile.",
        "TIME",
        "duration",
    ),
    Option(
        "shard",
        SCOPE,
        "Play one share of the run, such as 1/4; 'auto' where a CI service or Kubernetes tells which. See `merge`.",
        "K/N",
    ),
    Option(
        "without",
        SCOPE,
        f"An optional feature that the server lacks: {', '.join(OFFERED)}.",
        "FEATURE",
        "feature",
        many=True,
    ),
    Option(
        "with", SCOPE, "An optional feature that it offers, not tested by default.", "FEATURE", "feature", many=True
    ),
    Option(
        "spec",
        SCOPE,
        "Another OpenAPI document of the API than the bundled one: a file or a URL.",
        "FILE|URL",
        "location",
        commands=_REPORT_COMMANDS,
    ),
    Option(
        "allow-refs",
        SCOPE,
        "Follow references of that document to any file or URL, not only in its own folder or at its own origin.",
        kind="flag",
        commands=_REPORT_COMMANDS,
    ),
    Option(
        "prefix",
        SCOPE,
        "The path below which recorded traffic has the API; default: found by itself.",
        "PATH",
        commands=frozenset({"check", "proxy"}),
    ),
    Option(
        "database",
        SCOPE,
        "Keeps findings between runs: a directory, or redis://host:port/0.",
        "DIR|URL",
        "location",
        _RUN_OR_MERGE,
    ),
    Option(
        "url",
        TARGET,
        "Base URL of the server, or the name of a target; none: the embedded reference server.",
        "URL|TARGET",
        commands=frozenset({"pytest"}),
    ),
    Option(
        "config",
        SCOPE,
        "The configuration file; default: the nearest conformance.toml, or pyproject.toml with [tool.conformance].",
        "FILE",
        "path",
        RUN | {"check", "replay", "serve", "proxy"},
        in_file=False,
    ),
    _target("header", "A header of every request.", "'NAME: VALUE'", "header", many=True),
    _target("token", "Bearer token.", "TOKEN", secret=True),
    _target("token-file", "A file that holds the bearer token; it is read again when it changes.", "FILE", "path"),
    _target("client-id", "OAuth2 client id.", "ID"),
    _target("client-secret", "OAuth2 client secret.", "SECRET", secret=True),
    _target("token-url", "OAuth2 token endpoint.", "URL"),
    _target("issuer", "OAuth2 issuer, whose metadata name the token endpoint.", "URL"),
    Option(
        "timeout",
        TARGET,
        "Time until a request counts as unanswered, in seconds or such as 500ms; default 10.",
        "TIME",
        "duration",
        _TARGET_COMMANDS,
    ),
    Option(
        "max-rate", TARGET, "Requests a second at the most.", "N", "number", _TARGET_COMMANDS, unit="requests a second"
    ),
    Option(
        "max-body",
        TARGET,
        "How much of an answer's body is read, decoded, such as 500kB or 64MB; default 16MB.",
        "SIZE",
        "size",
        _TARGET_COMMANDS,
    ),
    Option(
        "concurrency",
        TARGET,
        "Requests under way at a time; a run that waits for its end is not counted.",
        "N",
        "count",
        _TARGET_COMMANDS,
    ),
    Option("max-requests", TARGET, "Requests in all, those that remove what was made included.", "N", "count"),
    Option("read-only", TARGET, "Send GET only, and judge what that shows.", kind="flag"),
    Option(
        "exclude",
        TARGET,
        "An operation that is never called; what needs it is not exercised.",
        "OPERATION",
        "choice",
        choices=tuple(operation.id for operation in CORE_OPERATIONS),
        many=True,
    ),
    _tls("ca-file", "CA certificates (PEM) to trust.", "FILE"),
    _tls("cert", "Client certificate (PEM) for TLS.", "FILE"),
    _tls("cert-key", "Its key (PEM), where the certificate's file does not hold it.", "FILE"),
    _tls("insecure", "Accept any TLS certificate.", kind="flag"),
    Option("report-dir", RESULTS, "Where reports go; default reports/<time>-<name>.", "DIR", "path", _REPORT_COMMANDS),
    Option("known", RESULTS, "Known deviations; see `conformance known`.", "FILE.yaml", "path", _REPORT_COMMANDS),
    Option("strict-known", RESULTS, "A stale known deviation is a failure.", kind="flag", commands=_REPORT_COMMANDS),
    Option(
        "trace-url",
        RESULTS,
        "Where a trace is looked at, such as https://traces.example/{trace_id}: exchanges of findings link there.",
        "URL",
        commands=_RUN_OR_MERGE,
    ),
    Option("against", RESULTS, "An earlier run to compare with.", "RESULTS.json", "path", _RUN_OR_MERGE),
    Option(
        "fail-on",
        RESULTS,
        "What makes exit code 1: must (default) or should.",
        "LEVEL",
        "choice",
        _REPORT_COMMANDS,
        choices=("must", "should"),
    ),
    Option(
        "require",
        RESULTS,
        "A requirement, or a group of them, that must have been judged: exit code 3 otherwise.",
        "GROUP|ID",
        commands=_REPORT_COMMANDS,
        many=True,
    ),
    Option("summary-file", RESULTS, "Markdown file to append the summary to.", "FILE.md", "path", _RUN_OR_MERGE),
    Option(
        "verbosity",
        RESULTS,
        "quiet, normal (default) or verbose.",
        "WORD",
        "choice",
        commands=_REPORT_COMMANDS,
        choices=("quiet", "normal", "verbose"),
    ),
    Option(
        "fault",
        EMBEDDED,
        "A way to misbehave; see `conformance serve --list-faults`.",
        "NAME",
        commands=_SERVER_COMMANDS,
        many=True,
    ),
    Option(
        "latency",
        EMBEDDED,
        "Slowness, such as 400ms: views lag behind, runs are admitted slowly.",
        "TIME",
        "duration",
        _SERVER_COMMANDS,
    ),
    Option(
        "like",
        EMBEDDED,
        "In time like a real server, or as a YAML file of figures says.",
        "real|FILE",
        "location",
        commands=_SERVER_COMMANDS,
        choices=("real",),
    ),
    Option(
        "runs-per-second",
        EMBEDDED,
        "With --like: how many runs it starts in a second at best.",
        "R",
        "number",
        _SERVER_COMMANDS,
        unit="runs, such as 0.5",
    ),
    Option(
        "auth",
        EMBEDDED,
        "Demand tokens; POST /oauth/token gives them to conformance/conformance.",
        kind="flag",
        commands=_SERVER_COMMANDS,
    ),
    Option(
        "token-lifetime", EMBEDDED, "How long such a token lives; default 1h.", "TIME", "duration", _SERVER_COMMANDS
    ),
    _noise("gateway-errors", "Answers replaced by a gateway's 502, such as 5%.", "SHARE", "share"),
    _noise("unavailable", "Answers replaced by a JSON 503, such as 1%.", "SHARE", "share"),
    _noise("drop", "Connections closed instead of an answer, such as 1%.", "SHARE", "share"),
    _noise("slow-answers", "Single answers that take long, such as 12s@0.14%.", "TIME@SHARE", "time@share"),
    _noise("stall", "The whole server silent once, such as 13s@60s.", "TIME@TIME", "time@time"),
)
BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}


def options_of(command: Command, sections: Collection[str] | None = None) -> tuple[Option, ...]:
    """The options that a command has, or those of them in some sections."""
    offered = (each for each in OPTIONS if command in each.commands)
    return tuple(each for each in offered if sections is None or each.section in sections)
