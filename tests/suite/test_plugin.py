"""The plugin in somebody else's project: plain pytest, with its own options and ini file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.configuration.table.lookup import options_of
from conformance.contract.requirements import load_requirements
from conformance.reference.process import ReferenceProcess
from conformance.results.store import read_results
from tests.warm import PATIENCE, run

CATALOGUE = load_requirements().requirements
# Nothing is kept, garbage is not collected for seconds at the end of each session, and the plugin of another package is
# not loaded, which takes as long as all of pytest.
CORE = ("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:schemathesis")


@dataclass(frozen=True)
class Project:
    """A project of its own, with tests of its own."""

    path: Path

    def pytest(self, *arguments: str, loaded: bool = False) -> subprocess.CompletedProcess[str]:
        """Run pytest as its user does; ``loaded``: where it is loaded already, and the suite as well."""
        # pytest cuts its lines to the width of the terminal.
        wide = {**os.environ, "COLUMNS": "200"}
        if loaded:
            return run(*CORE, *arguments, cwd=self.path, env=wide, main=pytest.console_main)
        command = [sys.executable, "-m", "pytest", *CORE, *arguments]
        return subprocess.run(
            command, cwd=self.path, capture_output=True, text=True, timeout=PATIENCE, check=False, env=wide
        )

    def collected(self, *arguments: str) -> list[str]:
        """The names of the items that pytest would run."""
        out = self.pytest("--collect-only", "-q", "--pyargs", "conformance.suite", *arguments, loaded=True).stdout
        return [line.partition("::")[2] for line in out.splitlines() if "::" in line]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n")
    return Project(tmp_path)


def test_a_project_that_does_not_ask_is_left_alone(project: Project) -> None:
    ran = project.pytest("--strict-markers")
    assert ran.returncode == 0
    assert "1 passed" in ran.stdout
    assert not (project.path / "reports").exists()


def test_the_help_of_pytest_has_all_options(project: Project) -> None:
    shown = project.pytest("--help").stdout
    assert all(f"--conformance-{option.name}" in shown for option in options_of("pytest"))
    assert "such as 5%." in shown


def test_an_item_per_requirement_and_per_operation_and_property(project: Project) -> None:
    names = project.collected()
    assert {f"test_requirement[{each.id}]" for each in CATALOGUE} <= set(names)
    assert "test_operation[cancelEvent-no-5xx]" in names


def test_selections_choose_requirements(project: Project) -> None:
    chosen = [each.id for each in CATALOGUE if each.level == "SHOULD" and each.group == "cancelling"]
    assert project.collected("-m", "should", "-k", "cancel") == [f"test_requirement[{each}]" for each in chosen]


def test_a_narrowed_run_with_the_url_of_an_ini_file(project: Project, url: str) -> None:
    (project.path / "pytest.ini").write_text(f"[pytest]\nconformance_url = {url}\nconformance_profile = smoke\n")
    options = ("--conformance-explore-time=3s", "--conformance-report-dir=out", "--junitxml=junit.xml")
    ran = project.pytest("--pyargs", "conformance.suite", "-k", "info.version or create-echo", "-m", "must", *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout
    results = read_results(project.path / "out")
    assert (results.verdict, results.narrowed) == ("no_violation_found", True)
    assert results.target["url"] == url
    cases = [case.attrib["name"] for case in ET.parse(project.path / "junit.xml").getroot().iter("testcase")]
    assert sorted(cases) == ["test_requirement[info.version]", "test_requirement[workflow.create-echo]"]


def test_a_target_that_is_not_there_ends_the_session(project: Project) -> None:
    with ReferenceProcess() as server:
        closed = server.url
    ran = project.pytest("--pyargs", "conformance.suite", f"--conformance-url={closed}", loaded=True)
    assert ran.returncode == 3
    assert "cannot be reached" in ran.stdout + ran.stderr


def test_a_bad_option_is_a_usage_error(project: Project) -> None:
    ran = project.pytest("--pyargs", "conformance.suite", "--conformance-profile=big", loaded=True)
    assert ran.returncode == 4
    assert "--profile cannot be 'big'" in ran.stderr
    assert "Traceback" not in ran.stderr


def faulty(project: Project, *options: str, loaded: bool = True) -> subprocess.CompletedProcess[str]:
    """A short run of three requirements, of which two are violated, a MUST and a SHOULD."""
    faults = ("--conformance-fault=name-dropped", "--conformance-fault=internal-field-leaks")
    # Each worker would load the suite by way of pytest's rewriting of asserts, which takes a third of a second.
    short = (*faults, "--conformance-profile=smoke", "--conformance-explore-time=3s", "-rA", "--assert=plain")
    chosen = ("-k", "test_requirement and (info.version or workflow.create-echo or documented-fields)")
    return project.pytest("--pyargs", "conformance.suite", *chosen, *short, *options, loaded=loaded)


def outcomes(ran: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return sorted(re.findall(r"^(PASSED|FAILED|XFAIL|ERROR) \S*::(\S+)", ran.stdout, re.MULTILINE))


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    return faulty(Project(tmp_path_factory.mktemp("failed")))


def test_outcomes_and_exit_code_are_the_same_with_workers(
    project: Project, failed: subprocess.CompletedProcess[str]
) -> None:
    shared = faulty(project, "-n", "2", loaded=False)
    assert outcomes(shared) == outcomes(failed)
    assert shared.returncode == failed.returncode == 1
    assert ("FAILED", "test_requirement[workflow.create-echo]") in outcomes(failed)
    assert ("XFAIL", "test_requirement[envelope.documented-fields]") in outcomes(failed)


def test_they_are_so_too_where_the_first_failure_ends_it(project: Project) -> None:
    alone, shared = faulty(project, "-x"), faulty(project, "-x", "-n", "2")
    assert outcomes(shared) == outcomes(alone)
    assert shared.returncode == alone.returncode == 1
    assert ("FAILED", "test_requirement[workflow.create-echo]") in outcomes(alone)
    expected = ("XFAIL", "test_requirement[envelope.documented-fields]") in outcomes(alone)
    assert expected == (len(outcomes(alone)) > 2)


def test_a_failed_item_says_first_what_was_observed(failed: subprocess.CompletedProcess[str]) -> None:
    line = next(line for line in failed.stdout.splitlines() if line.startswith("FAILED"))
    assert "Failed: " in line
    assert "MUST" not in line.partition("Failed: ")[2]
