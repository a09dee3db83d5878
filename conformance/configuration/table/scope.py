"""Options about the scope of a run: how much is played, which features, which document, and where findings are kept."""

from __future__ import annotations

from conformance.configuration.table.option import RUN, SCOPE, Command, Option
from conformance.contract.features import OFFERED

_RUN_OR_MERGE: frozenset[Command] = RUN | {"merge"}
_DOCUMENT_COMMANDS: frozenset[Command] = RUN | {"check", "merge", "proxy", "operations"}

OPTIONS: tuple[Option, ...] = (
    Option(
        "profile",
        SCOPE,
        "How much is explored: smoke, standard, thorough or soak.",
        "PROFILE",
        "choice",
        choices=("smoke", "standard", "thorough", "soak"),
        default="standard",
    ),
    Option("seed", SCOPE, "Number that all traffic follows from, or 'random'.", "N", "seed", default="0"),
    Option(
        "max-time",
        SCOPE,
        "Time for the whole run, such as 90s, 15m or 8h; all of it that confirming does not need is explored.",
        "TIME",
        "duration>0",
    ),
    Option(
        "explore-time",
        SCOPE,
        "Time for exploring alone; confirming and tidying up come after it.",
        "TIME",
        "duration>0",
        usual="by profile",
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
        commands=_DOCUMENT_COMMANDS,
        usual="the bundled one",
    ),
    Option(
        "allow-refs",
        SCOPE,
        "Follow references of that document to any file or URL, not only in its own folder or at its own origin.",
        kind="flag",
        commands=_DOCUMENT_COMMANDS,
    ),
    Option(
        "prefix",
        SCOPE,
        "The path below which recorded traffic has the API.",
        "PATH",
        commands=frozenset({"check", "proxy"}),
        usual="found by itself",
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
        "config",
        SCOPE,
        "The configuration file.",
        "FILE",
        "path",
        RUN | {"check", "replay", "report", "merge", "clean", "operations", "serve", "proxy", "sdk"},
        settable="outside the file",
        usual="the nearest conformance.toml, or pyproject.toml with [tool.conformance]",
    ),
)
