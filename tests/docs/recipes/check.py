"""Run in the copy of the package to which the recipes were applied: what each of them added is there and works."""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
from pathlib import Path

import httpx
from click.testing import CliRunner

import conformance
from conformance.cli import main
from conformance.configuration.sources import sources
from conformance.configuration.table.lookup import BY_KEY
from conformance.contract.api import V1
from conformance.contract.requirements import load_requirements
from conformance.judging.judging import Judge
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reports.write import write_all
from conformance.rules import ALL_RULES
from conformance.scenarios import Scenario, from_json, script, snippets, to_json
from conformance.scenarios.steps.registry import KINDS, asked
from tests.reports.sample import sample
from tests.rules.build import TraceBuilder

NAME = "info.short-version"


def requirement() -> None:
    """The row has its rule, which judges a trace."""
    assert NAME in {each.id for each in load_requirements().requirements} & set(ALL_RULES)
    for version, upheld, violated in (("1.0", 1, 0), ("v" * 100, 0, 1)):
        built = TraceBuilder()
        built.info(version)
        judgement = Judge().judge(built.trace())
        assert judgement.crashes == {}
        assert judgement.upheld.get(NAME, 0) == upheld
        assert len(judgement.violations.get(NAME, [])) == violated


def step() -> None:
    """A scenario of the new kind is stored, read, printed and asked like any other."""
    made = KINDS["list_running"].type()
    scenario = Scenario((made,))
    assert to_json(scenario)["steps"] == [{"do": "list_running"}]
    assert from_json(to_json(scenario)) == scenario
    assert script(scenario) == ["list all that runs"]
    assert 'call - GET "/instances?running=true"' in snippets.curl(scenario)
    assert "call('GET', '/instances?running=true')" in snippets.python(scenario)
    wanted = asked(made, str)
    assert wanted is not None
    assert V1.prepare(wanted).path == "/instances"


def fault(root: Path) -> None:
    """A server with the fault has it."""
    assert FAULTS["long-version"].breaks == (NAME,)
    with ReferenceProcess(ServerOptions(faults=("long-version",)), root) as server:
        assert httpx.get(f"{server.url}/_info").json() == {"version": "v" * 100}


def report() -> None:
    """The report is written with the others."""
    importlib.import_module("conformance.reports.one_line")
    with tempfile.TemporaryDirectory() as made:
        write_all(sample(), Path(made), [])
        assert (Path(made) / "verdict.txt").read_text(encoding="utf-8").endswith("not_conformant\n")


def option() -> None:
    """The option is on the command line, in the environment, in the file, and among pytest's."""
    row = BY_KEY["headline"]
    assert {"run", "pytest", "check"} <= row.commands
    assert "--headline TEXT" in CliRunner().invoke(main, ["check", "--help"]).output
    assert sources(lambda _: None, {"CONFORMANCE_HEADLINE": "Nightly"})("headline") == "Nightly"
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "conformance.toml"
        file.write_text('headline = "Nightly"\n', encoding="utf-8")
        assert sources({"config": file}.get, {})("headline") == "Nightly"


if __name__ == "__main__":
    copy = Path(sys.argv[1])
    assert Path(str(conformance.__file__)).is_relative_to(copy)
    checks = {
        "requirement": requirement,
        "step": step,
        "fault": lambda: fault(copy),
        "report": report,
        "option": option,
    }
    for name, check in checks.items():
        try:
            check()
            print(f"{name} works")  # noqa: T201
        except Exception:  # the others are told all the same
            traceback.print_exc()
