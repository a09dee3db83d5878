"""Writes the tables of docs/options.md from the table of options.

``python docs/option_list.py`` writes them. With ``--check`` it exits with 1 where they are out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from conformance.configuration.table.lookup import FAMILIES
from conformance.configuration.table.option import Option

PAGE = Path(__file__).with_name("options.md")
BEGIN, END = "<!-- options: begin -->", "<!-- options: end -->"
_HEAD = "| option | of | in the file | pytest, in an ini file | environment | what it says |\n|---|---|---|---|---|---|"


def tables() -> str:
    """A Markdown table for each family of options."""
    return "\n\n".join("\n".join([f"## {name}", "", _HEAD, *map(_row, options)]) for name, options in FAMILIES.items())


def _row(option: Option) -> str:
    value = "" if option.kind == "flag" else f" {option.metavar}"
    written = ", ".join(f"`{flag}{value}`" for flag in option.flags).replace("|", "\\|")
    commands = ", ".join(f"`{name}`" for name in sorted(option.commands - {"pytest"})) or "pytest"
    file = f"`{option.key}`" if option.settable == "anywhere" else ""
    ini = f"`{option.ini}`" if "pytest" in option.commands else ""
    environment = f"`{option.environment}`" if option.environment else ""
    told = f"{option.help}{' May be given several times.' * option.many}"
    told += f" [{option.remarks}]" if option.remarks else ""
    return f"| {written} | {commands} | {file} | {ini} | {environment} | {told} |"


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
