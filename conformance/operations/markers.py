"""Texts inside the bodies of cases: what tells that a refused request was carried out, and the name of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.operations.template import CaseTemplate
from conformance.target.coexistence import identity
from conformance.wire import exact_json

PLACEHOLDER = "@marker@"


def marked(template: CaseTemplate, marker: str) -> CaseTemplate:
    """The case with ``marker`` in its body: in place of PLACEHOLDER, or somewhere that does not matter to its fate.

    A body that has no such place (no JSON, a number) comes back as it is.
    """
    body = template.body
    if body is None:
        return template
    if PLACEHOLDER.encode() in body:
        return replace(template, body=body.replace(PLACEHOLDER.encode(), marker.encode()))
    value = _with_marker(exact_json.parse_or_none(body), marker)
    if value is None:
        return template
    candidate = replace(template, body=exact_json.encode(value))
    before, after = template.classification(), candidate.classification()
    same = (before.kind, before.requirement) == (after.kind, after.requirement)
    return candidate if same else template


def recognisable(template: CaseTemplate, run: str, marker: str) -> CaseTemplate:
    """The creation of a workflow with the run's name in what it makes, and a marker in what should be refused.

    A name that has to stay as it is stays so; a body without a name comes back as it is.
    """
    if PLACEHOLDER.encode() in (template.body or b"") or template.classification().kind != "valid":
        return marked(template, marker)
    value = exact_json.parse_or_none(template.body)
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str):
        return template
    return replace(template, body=exact_json.encode(value | {"name": identity.marked(name, run)}))


def _with_marker(value: Any, marker: str) -> Any:
    if isinstance(value, str):
        return value + marker
    if isinstance(value, list):
        return [*value, marker]
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("name", ""), str):
        return value | {"name": marker}
    if isinstance(value.get("stages"), list):
        # The name is what is wrong: it has to stay, and a stage that is right changes nothing about it.
        return value | {"stages": [*value["stages"], {"wait_event": {"event": marker}}]}
    return value | {"marker": marker}
