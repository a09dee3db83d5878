"""Options of the commands that look at earlier runs: replay, compare, history, known and clean."""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, OTHER, Option, own

_FINDING = "Finding"

OPTIONS: tuple[Option, ...] = (
    *own(
        "replay",
        Option(
            "from",
            _FINDING,
            "The results that hold the finding.",
            "DIR|RESULTS.json",
            "path",
            settable=COMMAND_LINE,
            default="reports/latest",
        ),
        Option(
            "times",
            _FINDING,
            "How often to play it.",
            "N",
            "integer",
            settable=COMMAND_LINE,
            default="3",
            lowest=1,
            highest=50,
        ),
    ),
    *own("compare", Option("html", OTHER, "Write it as a page, too.", "FILE.html", "path", settable=COMMAND_LINE)),
    *own(
        "history",
        Option(
            "html",
            OTHER,
            "Where to write the page.",
            "FILE.html",
            "path",
            settable=COMMAND_LINE,
            default="history.html",
        ),
    ),
    *own(
        "known",
        Option(
            "from",
            OTHER,
            "The results whose failures are listed.",
            "RESULTS.json",
            "path",
            settable=COMMAND_LINE,
            required=True,
        ),
    ),
    *own(
        "clean",
        Option("run", OTHER, "Only what the run of this id made.", "ID", settable=COMMAND_LINE),
        Option(
            "older-than",
            OTHER,
            "Only what was made so long ago.",
            "TIME",
            "duration",
            settable=COMMAND_LINE,
            usual="1h, but any with --run",
        ),
        Option(
            "from",
            OTHER,
            "Reports of a run whose journal is read, too.",
            "DIR",
            "directory",
            many=True,
            settable=COMMAND_LINE,
            usual="those in reports/",
        ),
        Option("yes", OTHER, "Remove it.", kind="flag", settable=COMMAND_LINE),
    ),
)
