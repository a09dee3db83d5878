"""Options about the behaviour of the reference server, embedded in a run or served by itself."""

from __future__ import annotations

from conformance.configuration.table.option import EMBEDDED, RUN, Command, Kind, Option

_SERVER_COMMANDS: frozenset[Command] = RUN | {"serve"}


def _noise(name: str, text: str, metavar: str, kind: Kind) -> Option:
    return Option(name, EMBEDDED, text, metavar, kind, _SERVER_COMMANDS)


OPTIONS: tuple[Option, ...] = (
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
        "token-lifetime",
        EMBEDDED,
        "How long such a token lives.",
        "TIME",
        "duration>0",
        _SERVER_COMMANDS,
        usual="1h",
    ),
    _noise("gateway-errors", "Answers replaced by a gateway's 502, such as 5%.", "SHARE", "share"),
    _noise("unavailable", "Answers replaced by a JSON 503, such as 1%.", "SHARE", "share"),
    _noise("drop", "Connections closed instead of an answer, such as 1%.", "SHARE", "share"),
    _noise("slow-answers", "Single answers that take long, such as 12s@0.14%.", "TIME@SHARE", "time@share"),
    _noise("stall", "The whole server silent once, such as 13s@60s.", "TIME@TIME", "time@time"),
)
