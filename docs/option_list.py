"""Writes the tables of docs/options.md from the table of options.

``python docs/option_list.py`` writes them. With ``--check`` it exits with 1 where they are out of date.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from conformance.configuration.option import Option
from conformance.configuration.option_table import OPTIONS

PAGE = Path(__file__).with_name("options.md")
BEGIN, END = "<!-- options: begin -->", "<!-- options: end -->"
_HEAD = "| option | of | pytest, in an ini file | environment | what it says |\n|---|---|---|---|---|"


def tables() -> str:
    """A Markdown table for each section of options."""
    sections = groupby(OPTIONS, key=lambda option: option.section)
    return "\n\n".join("\n".join([f"## {name}", "", _HEAD, *map(_row, options)]) for name, options in sections)


def _row(option: Option) -> str:
    value = "" if option.kind == "flag" else f" {option.metavar}"
    written = f"`--{option.name}{value}`".replace("|", "\\|")
    commands = ", ".join(f"`{name}`" for name in sorted(option.commands - {"pytest"})) or "pytest"
    ini = f"`{option.ini}`" if "pytest" in option.commands else ""
    several = " May be given several times." if option.many else ""
    return f"| {written} | {commands} | {ini} | `{option.environment}` | {option.help}{several} |"


def main(arguments: list[str]) -> int:
    """Write the tables, or compare them. Returns the exit code."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    now = f"{before}{BEGIN}\n\n{tables()}\n\n{END}{rest.partition(END)[2]}"
    if "--check" in arguments:
        if now != page:
            sys.stderr.write(f"{PAGE.name} is out of date: run python docs/option_list.py\n")
        return int(now != page)
    PAGE.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
