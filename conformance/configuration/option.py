"""What an option is: its names in every place where it can be given, and how its text is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "location",
    "flag",
    "choice",
    "number",
    "count",
    "duration",
    "size",
    "path",
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

Command = Literal["run", "pytest", "check", "replay", "clean", "merge", "serve", "proxy"]
RUN: frozenset[Command] = frozenset({"run", "pytest"})


@dataclass(frozen=True, slots=True)
class Option:
    """One option. ``many``: it may be given several times. ``unit`` ends the sentence "Give a number of …".

    ``elsewhere``: it says how another server is reached, so it does nothing without the URL of one. ``secret``: its
    value is shown nowhere. ``in_file``: the configuration file may have it.
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
    in_file: bool = True

    @property
    def environment(self) -> str:
        """The variable that sets it, too."""
        return f"CONFORMANCE_{self.name.replace('-', '_').upper()}"

    @property
    def ini(self) -> str:
        """Its name in an ini file of pytest."""
        return f"conformance_{self.name.replace('-', '_')}"
