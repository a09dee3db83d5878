"""A unique text inside a request body that should be refused, so that a later list shows whether it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.operations.template import CaseTemplate
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
