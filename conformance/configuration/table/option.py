"""What an option is: its names in every place where it can be given, and how its text is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "text",
    "location",
    "flag",
    "choice",
    "number",
    "decimal",
    "count",
    "integer",
    "duration",
    "duration>0",
    "size",
    "path",
    "directory",
    "header",
    "feature",
    "seed",
    "share",
    "time@share",
    "time@time",
]
"""How the text of an option is read; ``conformance.configuration.reading`` has a reader for each kind.

A ``location`` is the path of a file or folder, a URL, or one of the choices.
"""

Settable = Literal["anywhere", "outside the file", "on the command line"]
"""Where an option can be given: everywhere, everywhere but in the configuration file, or on the command line only."""
COMMAND_LINE: Settable = "on the command line"

Command = Literal[
    "run",
    "pytest",
    "check",
    "replay",
    "report",
    "merge",
    "compare",
    "history",
    "known",
    "clean",
    "requirements",
    "config",
    "operations",
    "serve",
    "proxy",
    "sdk",
]
RUN: frozenset[Command] = frozenset({"run", "pytest"})

SCOPE, TARGET, RESULTS, EMBEDDED, OTHER = "Scope", "Target", "Results", "Embedded server", "Options"
"""Sections of help pages."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``many``: it may be given several times. ``unit`` ends the sentence "Give a number of …".

    ``elsewhere``: it says how another server is reached, so it does nothing without the URL of one. ``secret``: its
    value is shown nowhere. ``own_key`` tells it from an option of the same name that means something else in another
    command. ``letter``: its short form. ``default``: the text that counts where nothing is given, and that the help
    shows. ``usual``: what the help shows instead where that follows from something else. ``lowest`` and ``highest``
    bound an ``integer``. ``required``: the command needs it.
    """

    name: str
    section: str
    help: str
    metavar: str = "TEXT"
    kind: Kind = "text"
    commands: frozenset[Command] = RUN
    many: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    elsewhere: bool = False
    secret: bool = False
    settable: Settable = "anywhere"
    own_key: str = ""
    letter: str = ""
    default: str = ""
    usual: str = ""
    lowest: int | None = None
    highest: int | None = None
    required: bool = False

    @property
    def key(self) -> str:
        """The name by which it is read, and which it has in the configuration file."""
        return self.own_key or self.name

    @property
    def flags(self) -> tuple[str, ...]:
        """How it is written on the command line, such as ``--quiet`` and ``-q``; the usual form first."""
        usual = f"-{self.name}" if len(self.name) == 1 else f"--{self.name}"
        return (usual, f"-{self.letter}") if self.letter else (usual,)

    @property
    def environment(self) -> str:
        """The variable that sets it, too; empty where none does."""
        return "" if self.settable == COMMAND_LINE else f"CONFORMANCE_{self.key.replace('-', '_').upper()}"

    @property
    def ini(self) -> str:
        """Its name in an ini file of pytest."""
        return f"conformance_{self.key.replace('-', '_')}"

    @property
    def told(self) -> str:
        """What the help says of it, with its remarks."""
        return f"{self.help}  [{self.remarks}]" if self.remarks else self.help

    @property
    def remarks(self) -> str:
        """Its default and its bounds, such as ``default: 3; 1<=x<=50``; empty where it has none."""
        bounds = f"{_bound(self.lowest, '{}<=')}x{_bound(self.highest, '<={}')}"
        if self.lowest is not None and self.highest is None:
            bounds = f"x>={self.lowest}"
        default = self.default or self.usual
        parts = [f"default: {default}" if default else "", bounds if bounds != "x" else ""]
        return "; ".join(filter(None, parts))


def _bound(number: int | None, form: str) -> str:
    return "" if number is None else form.format(number)


def own(command: Command, *rows: Option) -> tuple[Option, ...]:
    """The rows as options of one command alone, with keys of their own: ``seed`` of serve is read as ``serve-seed``."""
    return tuple(replace(row, commands=frozenset({command}), own_key=f"{command}-{row.name}") for row in rows)
