"""The results of a run against an SDK: the same shape, and so the same reports, as those of a server's."""

from __future__ import annotations

import shlex

from conformance import __version__
from conformance.contract.document import bundled_document
from conformance.contract.paths import SDK_REQUIREMENTS
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.judging.outcomes import Unjudged, count_outcomes, operation_results, requirement_results
from conformance.results.model import Results
from conformance.results.narrowing import narrow
from conformance.results.verdict import incomplete_because, verdict_of
from conformance.sdk.campaign.beginning import Beginning
from conformance.sdk.campaign.campaign import SdkOutcome, SdkSettings
from conformance.sdk.campaign.findings import build_findings


def sdk_catalogue() -> Catalogue:
    """The requirements on SDKs behind a driver."""
    return load_requirements(SDK_REQUIREMENTS).only("sdk")


def sdk_results(outcome: SdkOutcome, settings: SdkSettings, began: Beginning) -> Results:
    """The results of a run that began then and ends now.

    A driver that gave no valid result says nothing about its SDK: nothing is held against that, and nothing is judged.
    """
    catalogue = sdk_catalogue()
    findings = [] if outcome.useless else build_findings(outcome.violations, catalogue)
    requirements = requirement_results(catalogue, outcome.tally, findings, outcome.hello.features, _unjudged(outcome))
    complete = not outcome.interrupted and outcome.lost is None
    document = bundled_document()
    results = Results(
        verdict=verdict_of(requirements, complete=complete, erred=bool(outcome.tally.errors)),
        target={"name": outcome.hello.name, "sdk": True, "driver": shlex.join(settings.command)},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=settings.seed,
        profile="sdk",
        started_at=began.started_at,
        duration_s=began.elapsed_s,
        requirements=requirements,
        findings=findings,
        counts=count_outcomes(requirements, outcome.tally),
        operations=operation_results(outcome.tally),
        document={"source": document.source, "sha256": document.sha256, "operations": len(document.operations)},
        errors=list(outcome.tally.errors),
        complete=complete,
    )
    if settings.wanted is not None:
        results = narrow(results, settings.wanted)
    if outcome.lost is None:
        return results
    return incomplete_because(results, "untested" if outcome.useless else "lost", outcome.lost)


def _unjudged(outcome: SdkOutcome) -> Unjudged | None:
    if outcome.interrupted:
        return Unjudged("the run was interrupted before this could be judged", everything=True)
    if outcome.lost is None:
        return None
    why = f"{outcome.lost}, so this could not be judged"
    return Unjudged(why, everything=True, unconfirmed=why)
