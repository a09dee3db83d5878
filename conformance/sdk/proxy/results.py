"""Both sides of a proxy judged: the server by the rules for recordings, the client by rules of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from conformance import __version__
from conformance.campaign.recordings import RecordingContext, check_all, describe
from conformance.contract.document import ApiDocument
from conformance.contract.features import ASSUMED
from conformance.contract.paths import SDK_REQUIREMENTS
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.contract.schema.requests import RequestSchemas
from conformance.judging.judging import Judge
from conformance.judging.outcomes import requirement_results
from conformance.judging.tally import Tally
from conformance.results.known.deviations import KnownDeviation
from conformance.results.model import OUTCOMES, Results
from conformance.results.verdict import incomplete_because, verdict_of
from conformance.sdk.proxy.retry_rules import REPEATING
from conformance.sdk.proxy.rules import client_rules
from conformance.sdk.proxy.traffic import Traffic


def client_catalogue() -> Catalogue:
    """The requirements on clients of which nothing is known but their traffic."""
    return load_requirements(SDK_REQUIREMENTS).only("client")


def client_judge(document: ApiDocument) -> Judge:
    """Judges the client's side of a trace."""
    return Judge(catalogue=client_catalogue(), rules={**client_rules(RequestSchemas(document)), **REPEATING})


def proxy_results(
    traffic: Traffic, document: ApiDocument, begun: Results, known: Sequence[KnownDeviation] = ()
) -> Results:
    """The results of both sides; ``begun`` are those of the beginning: see `begun_results`.

    What ``known`` covers in part is distinguished from what it does not cover.
    """
    trace = traffic.trace()
    name = str(begun.target["url"])
    server = check_all([trace], document, name, known)
    client = check_all([trace], document, name, known, RecordingContext(client_judge(document)))
    requirements = [*server.requirements, *client.requirements]
    errors = [*traffic.errors, *server.errors, *client.errors]
    # Counts of outcomes add up; those of the traffic are the same on both sides.
    outcomes = {each: server.counts[each] + client.counts[each] for each in OUTCOMES}
    results = replace(
        begun,
        verdict=verdict_of(requirements, narrowed=True, erred=bool(errors)),
        target=begun.target | {"notes": list(trace.notes)},
        duration_s=round((time.time_ns() - traffic.began) / 1e9, 1),
        requirements=requirements,
        findings=[*server.findings, *client.findings],
        counts=server.counts | outcomes,
        operations=server.operations,
        errors=errors,
    )
    lacking = server.target.get("lacking")
    return incomplete_because(results, "lacking", lacking) if lacking else results


def begun_results(document: ApiDocument, url: str, started_at: str, *, embedded: bool) -> Results:
    """The results before anything has gone through the proxy: nothing is exercised."""
    catalogues: Sequence[Catalogue] = (load_requirements(), client_catalogue())
    nothing = [requirement_results(each, Tally(), [], ASSUMED) for each in catalogues]
    return Results(
        verdict="incomplete",
        target={"url": url, "proxy": True, "recording": True, "embedded": embedded},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=0,
        profile="proxy",
        started_at=started_at,
        duration_s=0.0,
        requirements=[result for each in nothing for result in each],
        findings=[],
        counts={},
        document=describe(document),
        narrowed=True,
    )
