"""Draws the picture of docs/architecture.md from the imports themselves.

``python docs/floors.py`` writes it. With ``--check`` it exits with 1 where the picture is out of date. The order of the
floors is that of the contract "Imports point down" in pyproject.toml, which import-linter holds.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- floors: begin -->", "<!-- floors: end -->"
_APART = "reference"


def floors() -> list[list[str]]:
    """The rooms from the top to the bottom, those of one floor together, as pyproject.toml orders them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    names = [[room.strip().removeprefix("conformance.") for room in floor.split(":")] for floor in contract["layers"]]
    return [[room for room in floor if not room.startswith("__")] for floor in names]


def _source(room: str) -> Path:
    package = ROOT / "conformance" / room
    return package / "__init__.py" if package.is_dir() else package.with_suffix(".py")


def _sentence(room: str) -> str:
    """The first sentence of a room's docstring."""
    text = ast.get_docstring(ast.parse(_source(room).read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")


def _imports(graph: grimp.ImportGraph, room: str) -> list[str]:
    mine = f"conformance.{room}"
    modules = {mine, *graph.find_descendants(mine)}
    found = {other for module in modules for other in graph.find_modules_directly_imported_by(module)}
    return sorted({other.split(".")[1] for other in found - modules if other.count(".")})


def picture() -> str:
    """The floors as a Markdown table: a room, what happens in it, and the rooms that it imports."""
    graph = grimp.build_graph("conformance", cache_dir=None)
    rows = ["| room | what happens there | imports |", "|---|---|---|"]
    for floor in [*floors(), [_APART]]:
        for room in floor:
            imports = " ".join(f"`{other}`" for other in _imports(graph, room)) or "nothing"
            rows.append(f"| **{room}** | {_sentence(room)} | {imports} |")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Write the picture, or compare it. Returns the exit code."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = f"{before}{BEGIN}\n{picture()}\n{END}{after}"
    if "--check" in arguments:
        if drawn == page:
            return 0
        sys.stderr.write("docs/architecture.md is out of date; run `python docs/floors.py`.\n")
        return 1
    PAGE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
