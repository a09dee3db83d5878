"""From the outcome of the traffic to results: the outcome of each requirement, and what was not reached."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from conformance import __version__
from conformance.campaign.recordings import describe
from conformance.campaign.restricting import not_described, restricted, with_reasons
from conformance.campaign.schedule import Shortfall
from conformance.configuration.settings import Settings
from conformance.confirming.findings import Proof, finding_or_error
from conformance.contract.document import ApiDocument
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.judging.outcomes import Unjudged, count_outcomes, losses_of, operation_results, requirement_results
from conformance.judging.tally import Tally
from conformance.results.model import Results
from conformance.results.verdict import incomplete_because, verdict_of
from conformance.target import TargetConfig

_HOPELESS = Unjudged("no control run finished, so the target's latency is unknown and nothing can be called overdue")
_LOST = Unjudged(
    "the target could not be used any longer before this could be judged",
    everything=True,
    unconfirmed="a violation was seen, and the target could not be used any longer before it could be confirmed",
)
_SHARE = Unjudged(
    "only a share of the run was played here",
    everything=True,
    unconfirmed="a violation was seen, which is confirmed when the shares are merged",
)
_INTERRUPTED = Unjudged(
    "the run was interrupted before this could be judged",
    everything=True,
    unconfirmed="a violation was seen, and the run was interrupted before it could be confirmed",
)

_UNJUDGED = Unjudged("the time for the run was up before all of its traffic was judged", everything=True)
_UNREAD = Unjudged("some answers were too long to be read to their end, so they could not be judged", everything=True)


@dataclass
class RunOutcome:
    """What traffic left, before it becomes results; workers of a shared run send this to the controller.

    ``lost`` is why the target could not be used to the end of the run, in a sentence; None when it could. ``features``
    are those that were tested, ``long_lists`` is a sentence about long lists.
    """

    tally: Tally
    proofs: list[Proof] = field(default_factory=list)
    server: dict[str, Any] = field(default_factory=dict)
    settling: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False
    lost: str | None = None
    shortfall: Shortfall = field(default_factory=Shortfall)
    leftovers: list[str] = field(default_factory=list)
    spent: bool = False
    features: frozenset[str] = frozenset()
    long_lists: str = ""


def merged(parts: Sequence[RunOutcome]) -> RunOutcome:
    """What several workers or machines saw as one outcome, not confirmed yet."""
    tally = Tally()
    for part in parts:
        tally.merge(part.tally)
    first = next((part for part in parts if part.server), RunOutcome(tally))
    return RunOutcome(
        tally=tally,
        server=first.server,
        settling=first.settling,
        interrupted=any(part.interrupted for part in parts),
        lost=next((part.lost for part in parts if part.lost), None),
        long_lists=next((part.long_lists for part in parts if part.long_lists), ""),
        shortfall=sum((part.shortfall for part in parts), Shortfall()),
        leftovers=[each for part in parts for each in part.leftovers],
        spent=any(part.spent for part in parts),
        features=first.features,
    )


def _unjudged(outcome: RunOutcome, *, share: bool) -> Unjudged | None:
    if outcome.interrupted or outcome.lost:
        return replace(_INTERRUPTED if outcome.interrupted else _LOST, unprobed=not outcome.features)
    if outcome.tally.unjudged or outcome.tally.unread:
        return _UNJUDGED if outcome.tally.unjudged else _UNREAD
    if share:
        return _SHARE
    return _HOPELESS if outcome.settling and not outcome.settling.get("controls", 1) else None


def _times(settings: Settings) -> dict[str, float]:
    given = {"max_time": settings.max_time, "explore_time": settings.explore_time}
    return {name: seconds for name, seconds in given.items() if seconds is not None}


def _used_up(outcome: RunOutcome) -> str:
    told = "The requests that --max-requests allows were used up; what would have come later was not played."
    return told if outcome.spent else ""


def header(config: TargetConfig, document: ApiDocument, settings: Settings, catalogue: Catalogue) -> Results:
    """What is known of a run before it begins: the event log starts with it."""
    tally = Tally()
    requirements = requirement_results(catalogue, tally, [], settings.features)
    return Results(
        verdict="incomplete",
        target={"url": config.redacted()["url"]},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=settings.seed,
        profile=settings.profile,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=0.0,
        requirements=requirements,
        findings=[],
        counts=count_outcomes(requirements, tally),
        document=describe(document),
        configuration=config.redacted() | {"features": sorted(settings.features), **_times(settings)},
        complete=False,
    )


def _passed_over(results: Results, tally: Tally) -> Iterator[str]:
    """What was sent or answered, but not judged, in sentences."""
    if results.configuration.get("max_time") is not None and not tally.runs:
        yield "The time for the run was up before its scenarios began; give it more with `--max-time`."
    if tally.unjudged:
        yield f"{tally.unjudged} of {tally.traces} traces were not judged: the time for the run was up."
    if tally.unread:
        names = ", ".join(f"{name} {count}" for name, count in tally.unread.most_common())
        yield f"Answers that were too long were not read to their end, nor judged: {names} (see --max-body)."


def untested(begun: Results, reason: str, features: Collection[str]) -> Results:
    """The results of a run whose target could not be tested: each requirement says only that."""
    tally = Tally()
    why = Unjudged(f"the target could not be tested: {reason}", everything=True, unprobed=True)
    requirements = requirement_results(load_requirements(), tally, [], features, why)
    counts = count_outcomes(requirements, tally)
    told = replace(begun, requirements=requirements, counts=counts, complete=False)
    return incomplete_because(told, "untested", reason)


def conclude(begun: Results, outcome: RunOutcome, features: Collection[str], began: float) -> Results:
    """The results of a run. ``began`` is its beginning on the monotonic clock."""
    catalogue = load_requirements()
    tally = outcome.tally
    settle_s = outcome.settling.get("settle_ms", 2000.0) / 1000
    built = [finding_or_error(proof, catalogue, begun.target["url"], settle_s) for proof in outcome.proofs]
    findings = [each for each in built if not isinstance(each, str)]
    tally.errors += [each for each in built if isinstance(each, str)]
    features = outcome.features or features
    requirements = requirement_results(
        catalogue, tally, findings, features, _unjudged(outcome, share="shard" in begun.target)
    )
    ended_early = outcome.interrupted or outcome.lost or begun.target.get("missing")
    begun.complete = bool(tally.exchanges and not ended_early)
    begun.target |= outcome.server
    if outcome.lost:
        begun.target["lost"] = outcome.lost
    if restricted(begun.configuration):
        requirements, begun.narrowed = with_reasons(requirements, begun.configuration), True
    requirements = not_described(requirements, begun.document.get("missing", ()))
    begun.verdict = verdict_of(requirements, narrowed=begun.narrowed, complete=begun.whole, erred=bool(tally.errors))
    begun.configuration["features"] = sorted(features)
    begun.duration_s = round(time.monotonic() - began, 1)
    begun.requirements = requirements
    begun.findings = findings
    begun.counts = count_outcomes(requirements, tally)
    begun.operations = operation_results(tally)
    begun.settling = dict(outcome.settling)
    told = [outcome.shortfall.sentence, _used_up(outcome), outcome.long_lists, *_passed_over(begun, tally)]
    begun.unreached = " ".join(filter(None, told))
    begun.losses = losses_of(tally)
    # The embedded server is gone, and what it held with it.
    begun.leftovers = [] if begun.target.get("embedded") else list(dict.fromkeys(outcome.leftovers))
    begun.errors = list(tally.errors)
    return begun
