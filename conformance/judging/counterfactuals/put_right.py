"""What follows from something that others rest on: what is not violated any more once that is put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.judging.causes import Causes
from conformance.judging.counterfactuals.history.first_shown import APPEND_ONLY, as_first_shown
from conformance.judging.counterfactuals.history.without_earlier_activities import (
    ACTIVITIES,
    without_earlier_activities,
)
from conformance.judging.counterfactuals.history.without_history import HISTORY, without_history
from conformance.judging.counterfactuals.history.without_others_history import AGREES_WITH, without_others_history
from conformance.judging.counterfactuals.ids.without_gone import GONE, without_gone
from conformance.judging.counterfactuals.ids.without_reused_ids import DISTINCT, without_reused_ids
from conformance.judging.counterfactuals.ids.without_shared_ids import without_shared_ids
from conformance.judging.counterfactuals.lifecycle.cut_short import ALL_DONE, COMPLETES, cut_short
from conformance.judging.counterfactuals.lifecycle.ended import LATE, NONE_OPEN, closed, unchanged
from conformance.judging.counterfactuals.lifecycle.failed import STAGE_FAILS, failed, told_of_cancellation
from conformance.judging.counterfactuals.lifecycle.undelayed import undelayed
from conformance.judging.counterfactuals.lifecycle.without_given_up import without_given_up
from conformance.judging.counterfactuals.lifecycle.without_misled import (
    MATCHING,
    OTHER,
    without_disturbed,
    without_misled,
)
from conformance.judging.counterfactuals.lifecycle.without_moved_on import STOPS, without_moved_on
from conformance.judging.counterfactuals.lifecycle.without_variables import VARIABLES, without_variables
from conformance.judging.counterfactuals.lifecycle.without_waiting import ISOLATED, without_waiting
from conformance.judging.counterfactuals.lists.relisted import LISTED, relisted
from conformance.judging.counterfactuals.lists.respelled import respelled
from conformance.judging.counterfactuals.lists.running_only import RUNNING, running_only
from conformance.judging.counterfactuals.lists.unlisted import AGREES, unlisted
from conformance.judging.counterfactuals.lists.without_repeating import without_repeating
from conformance.judging.counterfactuals.views.answered_as_begun import CREATED, answered_as_begun
from conformance.judging.counterfactuals.views.as_planned import SCHEMA, as_planned
from conformance.judging.counterfactuals.views.closed_in_order import closed_in_order
from conformance.judging.counterfactuals.views.first_timed import as_first_timed
from conformance.judging.counterfactuals.views.padded import TIME_ORDER, padded
from conformance.judging.counterfactuals.views.renumbered import SEQUENCE, renumbered
from conformance.judging.counterfactuals.views.told_alike import (
    ECHO,
    IMMUTABLE,
    THEN_GET,
    as_created,
    as_sent,
    as_shown_last,
)
from conformance.judging.counterfactuals.views.without_stale_reads import MONOTONE, without_stale_reads
from conformance.judging.counterfactuals.views.without_zero_times import without_zero_times
from conformance.judging.judging import Judgement
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case, Tally
from conformance.rules.across.traces import GIVEN_TWICE
from conformance.rules.stage.delays import DURATION, UNTIL
from conformance.trace import Trace


def put_right(tally: Tally) -> Mapping[str, Sequence[Trace]]:
    """By the requirement that names what is wrong, the traces kept for violations that have it, with it put right."""
    delays = {each: undelayed(tally, each) for each in (DURATION, UNTIL)}
    views = {
        HISTORY: without_history(tally),
        ACTIVITIES: without_earlier_activities(tally),
        AGREES_WITH: without_others_history(tally),
        SEQUENCE: renumbered(tally) or closed_in_order(tally),
        APPEND_ONLY: as_planned(tally, APPEND_ONLY) or as_first_shown(tally),
    }
    reads = {
        MONOTONE: without_stale_reads(tally) or as_first_timed(tally),
        TIME_ORDER: padded(tally) or without_zero_times(tally),
        THEN_GET: as_created(tally),
    }
    given = {SCHEMA: as_planned(tally, SCHEMA), ECHO: as_sent(tally), IMMUTABLE: as_shown_last(tally)}
    lists = {
        LISTED: respelled(tally) or relisted(tally) or without_repeating(tally),
        RUNNING: running_only(tally),
        AGREES: unlisted(tally),
    }
    ends = {ALL_DONE: told_of_cancellation(tally) or cut_short(tally, ALL_DONE), COMPLETES: without_given_up(tally)}
    ended = {NONE_OPEN: closed(tally), **{each: unchanged(tally, each) for each in LATE}}
    runs = {
        GONE: without_gone(tally),
        DISTINCT: without_reused_ids(tally),
        CREATED: without_shared_ids(tally) or answered_as_begun(tally),
        VARIABLES: without_variables(tally),
        ISOLATED: without_waiting(tally),
        OTHER: without_misled(tally),
        MATCHING: without_disturbed(tally),
        STOPS: without_moved_on(tally),
        STAGE_FAILS: failed(tally),
    }
    return {**views, **reads, **given, **lists, **delays, **ends, **ended, **runs}


def resting(cause: str, tally: Tally, judgements: Mapping[str, Judgement]) -> frozenset[str]:
    """The requirements that no kept trace violates once a cause is put right; ``judgements`` of these by trace id.

    In a trace that had nothing to be put right every answer tells what it means. That an id was given before, in
    another trace, is not seen in one alone, and nothing that is put right changes it, but for creations that reuse ids.
    """
    if not judgements:
        return frozenset()

    def remains(requirement: str, case: Case) -> bool:
        trace = case.trace.id
        given_twice = case.across and requirement in GIVEN_TWICE and (cause, requirement) != (DISTINCT, ECHO)
        return given_twice or trace not in judgements or requirement in judgements[trace].violations

    return frozenset(
        requirement
        for requirement, cases in tally.cases.items()
        if not any(remains(requirement, case) for case in cases)
    )


async def causes_of(tally: Tally, judge: TraceJudge) -> Causes:
    """What explains what among a tally's violations, by what is not violated any more once each is put right."""
    rests = {}
    for cause, traces in put_right(tally).items():
        rests[cause] = resting(cause, tally, {trace.id: await judge.judge(trace) for trace in traces})
    return Causes(judge.catalogue, tally, rests)
