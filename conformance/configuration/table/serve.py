"""Options of `conformance serve` alone: where the reference server listens, and what it holds.

Their keys begin with ``serve-``: the seed and the database of a server are not those of a run.
"""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, OTHER, Option, own

OPTIONS: tuple[Option, ...] = own(
    "serve",
    Option("host", OTHER, "Where it listens.", default="127.0.0.1"),
    Option("port", OTHER, "Default: any free port.", "P", "integer", lowest=0, highest=65535),
    Option(
        "list-faults",
        OTHER,
        "List the faults with the requirements that they break.",
        kind="flag",
        settable=COMMAND_LINE,
    ),
    Option("jitter", OTHER, "Let the slowness vary.", kind="flag"),
    Option("seed", OTHER, "What all that varies comes from.", "N", "integer", lowest=0),
    Option("database", OTHER, "Keep everything in this SQLite file, and go on from it.", "FILE", "path"),
    Option("restart-after", OTHER, "Start again after every N requests.", "N", "integer", lowest=0),
    Option("clock-skew", OTHER, "How wrong the server's clock is.", "SECONDS", "decimal"),
    Option("filled", OTHER, "Hold N workflows of others, too.", "N", "integer", lowest=0, highest=1_000_000),
    Option("prefix", OTHER, "Serve below a path, such as /api/orchestration.", "PATH"),
)
