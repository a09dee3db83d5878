"""What README.md and docs/ say can be done: commands parse, code compiles, data validates, links lead somewhere."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest
import yaml

from conformance.cli import main
from conformance.configuration.config_file import load_config
from conformance.contract.paths import specs_dir

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(conformance [^`]+)`")
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def _blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, text in _BLOCK.findall(page.read_text()):
            if language in languages:
                yield page.name, text


def _commands() -> Iterator[object]:
    for page, text in _blocks("sh", "console", "yaml"):
        for line in text.splitlines():
            found = re.search(r"(?:^|\s|/)(conformance (?!suite).*)", line)
            shown = line.startswith("$ ") or "run:" in line or page == "README.md"
            if found and shown and not line.startswith(("#", " ")):
                yield pytest.param(found[1].partition(" > ")[0], id=f"{page}: {found[1]}")
    for path in PAGES:
        for text in _INLINE.findall(path.read_text()):
            yield pytest.param(text, id=f"{path.name}: {text}")


@pytest.mark.parametrize("text", list(_commands()))
def test_a_documented_command_is_one(text: str) -> None:
    name, *arguments = shlex.split(text.replace("--help", ""))[1:]
    # Words in capitals stand for what a reader fills in.
    if not all(word.isupper() for word in arguments):
        command = main.get_command(click.Context(main), name)
        assert command is not None
        command.make_context(name, arguments)
    assert name in main.list_commands(click.Context(main))


@pytest.mark.parametrize(("page", "text"), list(_blocks("python")))
def test_python_compiles(page: str, text: str) -> None:
    ast.parse(text, page)


def test_the_example_of_a_requirement_is_a_valid_row() -> None:
    guide = (ROOT / "docs" / "adding-a-requirement.md").read_text()
    rows = yaml.safe_load(dict(_BLOCK.findall(guide))["yaml"])
    schema = json.loads((specs_dir() / "requirements.schema.json").read_text())
    row = {"$schema": schema["$schema"], "$defs": schema.get("$defs", {})}
    catalogue = yaml.safe_load((specs_dir() / "requirements.yaml").read_text())
    jsonschema.validate({**catalogue, "requirements": rows}, schema | row)
    assert rows[0]["id"] in {each["id"] for each in catalogue["requirements"]}


@pytest.mark.parametrize(("page", "text"), list(_blocks("toml")))
def test_a_configuration_file_can_be_read(page: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "conformance.toml"
    path.write_text(text)
    assert load_config(path).targets, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_tables_of_options_are_those_of_the_code() -> None:
    done = subprocess.run(
        [sys.executable, "docs/option_list.py", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
