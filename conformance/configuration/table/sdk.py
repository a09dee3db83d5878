"""Options of `conformance sdk` alone: what is drawn and played, and what is done with the results.

Their keys begin with ``sdk-``: known deviations of a client, say, are not those of a server.
"""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, OTHER, Option, own

OPTIONS: tuple[Option, ...] = own(
    "sdk",
    Option("seed", OTHER, "What is drawn from.", "N", "integer", default="0", lowest=0),
    Option("report-dir", OTHER, "Default: reports/<time>-sdk.", "DIR", "path"),
    Option(
        "k",
        OTHER,
        'Only requirements whose ids match, such as "error and not html".',
        "EXPR",
        settable=COMMAND_LINE,
    ),
    Option("known", OTHER, "Known deviations.", "FILE.yaml", "path"),
    Option("strict-known", OTHER, "Stale known deviations make the run fail.", kind="flag"),
    Option(
        "fail-on",
        OTHER,
        "What makes exit code 1.",
        "[must|should]",
        "choice",
        choices=("must", "should"),
        default="must",
    ),
    Option(
        "prefix",
        OTHER,
        "What the base URL ends in; published SDKs hard-code the default.",
        "PATH",
        default="/api/orchestration",
    ),
    Option(
        "check-driver",
        OTHER,
        "Only whether the driver itself keeps to the protocol, call by call.",
        kind="flag",
        settable=COMMAND_LINE,
    ),
    Option(
        "scenarios",
        OTHER,
        "Play lifecycle scenarios through the SDK; the rules for servers judge them.",
        kind="flag",
        settable=COMMAND_LINE,
    ),
)
