"""Options of `conformance run` that pytest has, too: they are passed on to it."""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, Option

_SECTION = "As in pytest"


def _passed_on(name: str, text: str, *, flag: bool = False) -> Option:
    return Option(
        name,
        _SECTION,
        text,
        kind="flag" if flag else "text",
        commands=frozenset({"run"}),
        settable=COMMAND_LINE,
    )


OPTIONS: tuple[Option, ...] = (
    _passed_on("k", "Only requirements that match an expression, such as 'cancel or event'."),
    _passed_on("m", "Only items with these markers: must, should, operation, events, …"),
    _passed_on("n", "Processes that share the work (pytest-xdist)."),
    _passed_on("junitxml", "pytest's own JUnit file, besides the report's."),
    _passed_on("x", "Stop reporting at the first failed item.", flag=True),
)
