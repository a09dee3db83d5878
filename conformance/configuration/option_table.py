"""The options of a run, as data: pytest offers them as --conformance-NAME, the command line as --NAME."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "list", "flag"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``list`` may be given several times; ``environment`` is a variable that also sets it."""

    name: str
    section: str
    help: str
    metavar: str = "TEXT"
    form: Form = "text"
    environment: str | None = None


_TARGET, _SCOPE, _OUTPUT, _EMBEDDED = "Target", "Scope", "Results", "Embedded server"

OPTIONS: tuple[Option, ...] = (
    Option("profile", _SCOPE, "How much is explored: smoke, standard (default), thorough or soak.", "PROFILE"),
    Option("seed", _SCOPE, "Number that all traffic follows from, or 'random'; default 0.", "N"),
    Option("max-time", _SCOPE, "How long exploring may take, such as 90s, 15m or 8h; default by profile.", "TIME"),
    Option("without", _SCOPE, "A feature that the server does not offer: ledger.", "FEATURE", "list"),
    Option("spec", _SCOPE, "Another OpenAPI document of the API: a file or a URL.", "FILE|URL"),
    Option("database", _SCOPE, "Keeps findings between runs: a directory, or redis://host:port/0.", "DIR|URL"),
    Option("header", _TARGET, "A header of every request.", "'NAME: VALUE'", "list"),
    Option("token", _TARGET, "Bearer token.", "TOKEN", environment="CONFORMANCE_TOKEN"),
    Option("client-id", _TARGET, "OAuth2 client id.", "ID"),
    Option("client-secret", _TARGET, "OAuth2 client secret.", "SECRET", environment="CONFORMANCE_CLIENT_SECRET"),
    Option("token-url", _TARGET, "OAuth2 token endpoint.", "URL"),
    Option("timeout", _TARGET, "Seconds until a request counts as unanswered; default 10.", "SECONDS"),
    Option("max-rate", _TARGET, "Requests a second at the most.", "N"),
    Option("ca-file", _TARGET, "CA certificates (PEM) to trust.", "FILE"),
    Option("insecure", _TARGET, "Accept any TLS certificate.", form="flag"),
    Option("report-dir", _OUTPUT, "Where reports go; default reports/<time>-<target>.", "DIR"),
    Option("known", _OUTPUT, "Known deviations; see `conformance known`.", "FILE.yaml"),
    Option("strict-known", _OUTPUT, "A stale known deviation is a failure.", form="flag"),
    Option("against", _OUTPUT, "An earlier run to compare with.", "RESULTS.json"),
    Option("fail-on", _OUTPUT, "What makes exit code 1: must (default) or should.", "LEVEL"),
    Option("summary-file", _OUTPUT, "Markdown file to append the summary to.", "FILE.md"),
    Option("verbosity", _OUTPUT, "quiet, normal (default) or verbose.", "WORD"),
    Option(
        "fault", _EMBEDDED, "A fault of the embedded server; see `conformance serve --list-faults`.", "NAME", "list"
    ),
    Option("latency", _EMBEDDED, "Its slowness, such as 400ms.", "TIME"),
    Option("like", _EMBEDDED, "In time like a real server, or as a YAML file of figures says.", "real|FILE"),
    Option("runs-per-second", _EMBEDDED, "With --like: how many runs it starts in a second at best.", "R"),
    Option("gateway-errors", _EMBEDDED, "Answers replaced by a gateway's 502, such as 5%.", "SHARE"),
    Option("unavailable", _EMBEDDED, "Answers replaced by a JSON 503, such as 1%.", "SHARE"),
    Option("drop", _EMBEDDED, "Connections closed instead of an answer, such as 1%.", "SHARE"),
    Option("slow-answers", _EMBEDDED, "Single answers that take long, such as 12s@0.14%.", "TIME@SHARE"),
    Option("stall", _EMBEDDED, "The whole server silent once, such as 13s@60s.", "TIME@TIME"),
)
