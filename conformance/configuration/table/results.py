"""Options about results: reports, known deviations, comparisons, exit codes, and how much is printed."""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, RESULTS, RUN, Command, Option

_RUN_OR_MERGE: frozenset[Command] = RUN | {"merge"}
_REPORT_COMMANDS: frozenset[Command] = RUN | {"check", "merge", "proxy"}
_LOUD_COMMANDS: frozenset[Command] = frozenset({"run", "check", "merge", "proxy"})

OPTIONS: tuple[Option, ...] = (
    Option(
        "report-dir",
        RESULTS,
        "Where reports go.",
        "DIR",
        "path",
        _REPORT_COMMANDS,
        usual="reports/<time>-<name>",
    ),
    Option("known", RESULTS, "Known deviations; see `conformance known`.", "FILE.yaml", "path", _REPORT_COMMANDS),
    Option("strict-known", RESULTS, "A stale known deviation is a failure.", kind="flag", commands=_REPORT_COMMANDS),
    Option(
        "trace-url",
        RESULTS,
        "Where a trace is looked at, such as https://traces.example/{trace_id}: exchanges of findings link there.",
        "URL",
        commands=_RUN_OR_MERGE,
    ),
    Option("against", RESULTS, "An earlier run to compare with.", "RESULTS.json", "path", _RUN_OR_MERGE | {"report"}),
    Option(
        "fail-on",
        RESULTS,
        "What makes exit code 1: must or should.",
        "LEVEL",
        "choice",
        _REPORT_COMMANDS,
        choices=("must", "should"),
        default="must",
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
        "quiet, normal or verbose.",
        "WORD",
        "choice",
        commands=_REPORT_COMMANDS,
        choices=("quiet", "normal", "verbose"),
        default="normal",
    ),
    Option(
        "quiet",
        RESULTS,
        "Only the verdict.",
        kind="flag",
        commands=_LOUD_COMMANDS,
        settable=COMMAND_LINE,
        letter="q",
    ),
    Option(
        "verbose",
        RESULTS,
        "Every finding; of a run more progress, too.",
        kind="flag",
        commands=_LOUD_COMMANDS,
        settable=COMMAND_LINE,
        letter="v",
    ),
)
