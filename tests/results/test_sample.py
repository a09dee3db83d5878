"""The sample report: real results that obey the published schema, and nothing of where they were made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import jsonschema

from conformance.contract.paths import specs_dir
from conformance.contract.requirements import load_requirements
from conformance.results.store import read_results

SAMPLE = Path(__file__).parents[2] / "reports" / "sample"


def test_its_results_obey_the_published_schema() -> None:
    schema = json.loads((specs_dir() / "results.schema.json").read_text(encoding="utf-8"))
    written = json.loads((SAMPLE / "results.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(written)
    assert written["schema_version"].split(".")[0] == schema["$id"].rpartition(":")[2]


def test_it_shows_what_a_run_can_come_to() -> None:
    results = read_results(SAMPLE)
    assert (results.verdict, results.complete) == ("not_conformant", True)
    assert {item.id for item in results.requirements} <= set(load_requirements().by_id)
    assert {item.outcome for item in results.requirements} >= {"passed", "failed", "known_deviation"}
    assert all(finding.minimised and finding.exchanges and finding.curl for finding in results.findings)


def test_junit_has_the_same_requirements() -> None:
    cases = Xml.parse(SAMPLE / "junit.xml").getroot().iter("testcase")
    assert {case.get("name") for case in cases} == {item.id for item in read_results(SAMPLE).requirements}


def test_it_holds_nothing_of_the_machine_but_its_loopback_address() -> None:
    for path in SAMPLE.iterdir():
        text = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"www.w3.org"}
        assert hosts <= {"127.0.0.1"}, path.name
        assert not re.search(r"/(?:home|root|Users|tmp|work)/", text), path.name
