"""Options of `conformance proxy` alone: what it stands before, where it listens, and when it stops."""

from __future__ import annotations

from conformance.configuration.table.option import COMMAND_LINE, Option, own

_SECTION = "Proxy"

OPTIONS: tuple[Option, ...] = own(
    "proxy",
    # Elsewhere than on the command line the option url names the server, as for all other commands.
    Option(
        "upstream",
        _SECTION,
        "The server; none: the embedded reference server.",
        "URL|TARGET",
        settable=COMMAND_LINE,
    ),
    Option("host", _SECTION, "Where it listens.", default="127.0.0.1"),
    Option("port", _SECTION, "Default: any free port.", "P", "integer", lowest=0, highest=65535),
    Option(
        "until-idle",
        _SECTION,
        "Stop once there was no request for so long, such as 30s; also when none ever comes.",
        "TIME",
        "duration>0",
    ),
)
