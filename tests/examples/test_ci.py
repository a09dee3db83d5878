"""The examples for CI services: complete, valid by the services' own schemas, and all of one script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from conformance.configuration.table.lookup import OPTIONS

ROOT = Path(__file__).parents[2]
CI = ROOT / "examples" / "ci"


def check(*arguments: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-actions", ROOT / "action.yml"),
        ("github-workflows", CI / "github.yml"),
        ("gitlab-ci", CI / "gitlab.yml"),
    ],
)
def test_a_file_is_valid_by_the_schema_of_its_service(schema: str, file: Path) -> None:
    check("--builtin-schema", f"vendor.{schema}", str(file))


def test_the_workflow_gives_the_action_only_inputs_that_it_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    workflow = yaml.safe_load((CI / "github.yml").read_text())
    (step,) = [each for each in workflow["jobs"]["staging"]["steps"] if "orchestration-conformance" in str(each)]
    assert set(step["with"]) <= set(action["inputs"])
    required = {name for name, each in action["inputs"].items() if each.get("required")}
    assert required <= set(step["with"])
    asked = set(re.findall(r"steps\.conformance\.outputs\.([a-z-]+)", (CI / "github.yml").read_text()))
    assert asked <= set(action["outputs"])


def test_the_manifests_are_valid_kubernetes() -> None:
    manifests: list[Any] = list(yaml.safe_load_all((CI / "kubernetes.yaml").read_text()))
    for manifest in manifests:
        kubernetes_validate.validate(manifest, "1.31", strict=True)
    assert [each["kind"] for each in manifests] == ["PersistentVolumeClaim", "CronJob"]


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml", "Jenkinsfile", "kubernetes.yaml", "nightly.sh"])
def test_no_example_names_an_option_that_there_is_not(name: str) -> None:
    lines = (CI / name).read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    named = set(re.findall(r"(?:conformance run|nightly\.sh|arguments:|args:)[^\n]*", text))
    options = {option for line in named for option in re.findall(r"--([a-z][a-z-]+)", line)}
    assert options <= {option.name for option in OPTIONS}
    variables = set(re.findall(r"CONFORMANCE_[A-Z_]+", text)) - {"CONFORMANCE_TARGET"}
    assert variables <= {option.environment for option in OPTIONS}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_is_a_script(shell: str) -> None:
    found = shutil.which(shell)
    assert found is not None
    subprocess.run([found, "-n", str(CI / "nightly.sh")], check=True)
    assert os.access(CI / "nightly.sh", os.X_OK)


@pytest.mark.parametrize("name", ["gitlab.yml", "Jenkinsfile", "kubernetes.yaml"])
def test_every_service_plays_the_one_script(name: str) -> None:
    assert "nightly.sh" in (CI / name).read_text()
    assert "examples/ci/nightly.sh" in (ROOT / "action.yml").read_text()


@pytest.mark.system
def test_the_workflow_and_the_action_pass_actionlint(tmp_path: Path) -> None:
    go = shutil.which("go")
    assert go is not None, "actionlint is a program in Go: put go on the path"
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    text = (CI / "github.yml").read_text()
    # So that the inputs and outputs of the action itself are looked at, too.
    (workflows / "conformance.yml").write_text(text.replace("OWNER/orchestration-conformance@main", "./"))
    shutil.copy(ROOT / "action.yml", tmp_path)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    command = [go, "run", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7", "-no-color"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
