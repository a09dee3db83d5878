"""Merging the outcomes of several machines into one."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.campaign.concluding import RunOutcome, merged
from conformance.campaign.running import RunContext, conclude_shared, reach
from conformance.campaign.trace_judging import judge_across
from conformance.judging.tally import Tally
from conformance.target import TargetError


def conclude_shards(context: RunContext, targets: Sequence[Sequence[RunOutcome]]) -> RunOutcome:
    """What machines saw as one outcome, each cause confirmed once on the target of the context.

    ``targets`` are the shares' outcomes, those together that asked one server. What spans traces is judged for each
    server by itself: two may give the same id. Where the target is not there any more, what was seen stands as far as
    it needs no confirming.
    """
    groups = [merged(parts) for parts in targets]
    for group in groups:
        judge_across(group.tally)
        group.tally.reduced.clear()
    try:
        reach(context.config, context.started().deadline)
    except TargetError as error:
        if any(group.tally.cases for group in groups):
            groups.append(RunOutcome(Tally(), lost=f"What was seen could not be confirmed: {error}"))
    return conclude_shared(context, groups)
