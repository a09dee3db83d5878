"""A document that lacks operations: they are never called, and what is about them does not apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.campaign.conformance_run import ConformanceRun
from conformance.contract.paths import DOCUMENT, specs_dir
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

LACKING = ("cancelEvent", "getInstanceStageHistory")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    whole: dict[str, Any] = yaml.safe_load((specs_dir() / DOCUMENT).read_text("utf-8"))
    for item in whole["paths"].values():
        for method in [
            name for name, each in item.items() if isinstance(each, dict) and each.get("operationId") in LACKING
        ]:
            del item[method]
    path = tmp_path / "lacking.json"
    path.write_text(json.dumps(whole, default=str), "utf-8")
    return path


def test_what_a_document_does_not_describe_does_not_apply(document: Path, tmp_path: Path) -> None:
    with ReferenceProcess(ServerOptions()) as server:
        given = {
            "url": server.url,
            "spec": str(document),
            "profile": "smoke",
            "report-dir": str(tmp_path / "out"),
            "verbosity": "quiet",
        }
        results = ConformanceRun.of(given.get).run()
    assert results.document["missing"] == list(LACKING)
    assert {each.id for each in results.operations}.isdisjoint(LACKING)
    outcomes = {each.id: (each.outcome, each.reason) for each in results.requirements}
    assert outcomes["cancel.terminates"] == ("not_applicable", "the API document does not describe cancelEvent")
    assert outcomes["stage-history.started"][0] == "not_applicable"
    assert outcomes["event.matching"][0] == "passed"
    assert {each for each, _ in outcomes.values()} <= {"passed", "not_applicable", "not_exercised"}
    assert not results.narrowed
    assert results.findings == []
