"""Options of the commands that show the catalogue and the configuration: requirements and config."""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, OTHER, Option, own

OPTIONS: tuple[Option, ...] = (
    *own(
        "requirements",
        Option("group", OTHER, "Only one group, such as events.", settable=COMMAND_LINE),
        Option(
            "excluded",
            OTHER,
            "List what the API leaves open instead, with the reasons.",
            kind="flag",
            settable=COMMAND_LINE,
        ),
    ),
    *own(
        "config", Option("all", OTHER, "Show the options that nothing sets, too.", kind="flag", settable=COMMAND_LINE)
    ),
)
