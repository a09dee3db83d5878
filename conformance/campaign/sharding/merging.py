"""From what several machines saw to one outcome."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.campaign.concluding import RunOutcome
from conformance.campaign.observer import Observer
from conformance.campaign.running import conclude_shared, merged, reach
from conformance.campaign.schedule import deadline_of
from conformance.campaign.trace_judging import judge_across
from conformance.configuration.settings import Settings
from conformance.contract.document import ApiDocument
from conformance.judging.tally import Tally
from conformance.target import TargetConfig, TargetError


def conclude_shards(
    config: TargetConfig,
    document: ApiDocument,
    settings: Settings,
    observer: Observer,
    targets: Sequence[Sequence[RunOutcome]],
    begun: float,
) -> RunOutcome:
    """What machines saw as one outcome, each cause confirmed once on the target of ``config``.

    ``targets`` are the shares' outcomes, those together that asked one server. What spans traces is judged for each
    server by itself: two may give the same id. Where the target is not there any more, what was seen stands as far as
    it needs no confirming.
    """
    groups = [merged(parts) for parts in targets]
    for group in groups:
        judge_across(group.tally)
        group.tally.reduced.clear()
    try:
        reach(config, deadline_of(settings, begun))
    except TargetError as error:
        groups.append(RunOutcome(Tally(), lost=f"What was seen could not be confirmed: {error}"))
    return conclude_shared(config, document, settings, observer, groups, begun)
