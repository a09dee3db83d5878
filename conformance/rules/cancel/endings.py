"""Cancelled instances that have to end whatever the cancellation met: what waits, or what ends by itself."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.inevitable import inevitable, must_have_terminated
from conformance.rules.evidence.observation import Observation, violated
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation
from conformance.trace import Exchange


def runs_on(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violation: an instance whose cancellation was accepted never ends, though it had to end in any case.

    Nobody knows whether the cancellation came in time for the stage that was under way. But all stages end by
    themselves, and the instance with them; or a stage has ended with an error, after which no other one starts.
    """
    cancel = next((each for each in timeline.instance.cancels if each.ok), None)
    if cancel is None:
        return
    failed = _first_failed(timeline, cancel)
    late = [read for read in timeline.instance.reads if _had_to_end(timeline, failed, read)]
    if not late:
        return
    read = late[-1]
    ended = next((each for each in timeline.terminations if each.exchange.sent > read.exchange.sent), None)
    if ended is not None and not timeline.acted_between(read.exchange, ended.exchange):
        return
    proof: tuple[Exchange, ...] = ()
    why = "it had to end by itself, or by the cancellation"
    if failed is not None and timeline.is_due(failed.exchange.received, read.exchange):
        proof, why = (failed.exchange,), f"stage {failed.stage.number} had ended with an error"
    yield violated(
        timeline.instance.run,
        cancel,
        *proof,
        read.exchange,
        expected="the cancelled instance terminates",
        observed=f"it still runs a settle time after {why}",
        proof="settled",
        subject=timeline.id,
        pointer="/data/terminated",
    )


def _had_to_end(timeline: InstanceTimeline, failed: StageObservation | None, read: InstanceRead) -> bool:
    """Whether a read shows an instance running that had to show its end in it."""
    if read.terminated or timeline.deleted_before(read.exchange.received):
        return False
    after_failure = failed is not None and timeline.is_due(failed.exchange.received, read.exchange)
    return after_failure or must_have_terminated(timeline, read.exchange, inevitable(timeline))


def _first_failed(timeline: InstanceTimeline, cancel: Exchange) -> StageObservation | None:
    """The first answer after a cancellation that shows a stage ended with an error."""
    shown = (each for plan in timeline.plans for each in timeline.shown_stages(plan.number))
    failed = [each for each in shown if each.stage.ended and each.stage.error and each.exchange.sent > cancel.sent]
    return min(failed, key=lambda each: each.exchange.received, default=None)
