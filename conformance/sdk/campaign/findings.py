"""From violations to findings: the call, what the caller got, and the exchanges on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.confirming.findings import curl_of
from conformance.contract.requirements import Catalogue
from conformance.results.known.ways import finding_id
from conformance.results.model import Finding, Mark
from conformance.results.records import BODY_LIMIT, MARKED_LIMIT, record_of
from conformance.sdk.drawing.case import PlayedStep, Seen
from conformance.wire import exact_json

_SHOWN = 6
"""Exchanges that a finding shows at most."""


def build_findings(violations: dict[tuple[str, str], list[Seen]], catalogue: Catalogue) -> list[Finding]:
    """A finding for each requirement and operation, in the order of the catalogue."""
    order = list(catalogue.by_id)
    ranked = sorted(violations.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    return [_finding(requirement, operation, seen, catalogue) for (requirement, operation), seen in ranked]


def _finding(requirement: str, operation: str, seen: Sequence[Seen], catalogue: Catalogue) -> Finding:
    first = seen[0]
    shown = first.shown[:_SHOWN]
    start = shown[0].sent if shown else 0
    return Finding(
        id=finding_id(requirement, [operation]),
        requirement=requirement,
        level=catalogue.by_id[requirement].level,
        requirements=[requirement],
        operations=[operation],
        reproducibility="0/0",
        expected=first.expected,
        observed=first.observed,
        script=_script(first.played_step),
        exchanges=[record_of(each, start, MARKED_LIMIT if first.pointer else BODY_LIMIT) for each in shown],
        marks=[Mark(len(shown) - 1, first.pointer)] if shown and first.pointer else [],
        curl="\n".join(["# What the SDK sent.", *(curl_of(each) for each in shown)]) if shown else "",
        seen=len(seen),
        not_replayed="each case of an SDK run stands for itself; the same seed plays it again",
    )


def _script(played_step: PlayedStep) -> list[str]:
    arguments = exact_json.dumps(dict(played_step.step.call.arguments), escaped=False)
    told = (
        f"the driver broke the protocol: {played_step.broken}"
        if played_step.broken
        else f"the caller got {played_step.result}"
    )
    return [f"call {played_step.operation} with {arguments}", told]
