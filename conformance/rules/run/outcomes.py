"""What a run owes in time: it is listed, its variables are its own, and it comes to its end."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.equal_meaning import difference
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan, has_placeholder
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.timeline import Life, Sight, lives
from conformance.rules.evidence.trace_index import Story
from conformance.rules.evidence.wording import quoted
from conformance.rules.run.leaked_variables import foreign_values
from conformance.rules.run.progress import stalls
from conformance.trace import Exchange


def then_list(story: Story) -> Iterator[Observation]:
    """`run.then-list`: listInstances by its workflow holds the instance exactly once."""
    for life in lives(story):
        for listing in story.successes("listInstances"):
            whole = listing.query("workflowID") == life.instance.run.params["workflowID"]
            if whole and listing.query("running") is None and isinstance(listing.data, list):
                yield from _listed_once(life, listing)


def _listed_once(life: Life, listing: Exchange) -> Iterator[Observation]:
    times = sum(1 for item in listing.data if isinstance(item, dict) and item.get("id") == life.id)
    if times == 1:
        yield upheld(life.instance.run, listing, proof="settled", subject=life.id)
    elif times > 1 or (life.is_due(life.instance.run.received, listing) and not life.deleted_before(listing.received)):
        yield violated(
            life.instance.run,
            listing,
            expected=f"instance {life.id} listed once among those of its workflow",
            observed=f"listed {times} times",
            proof="settled",
            subject=life.id,
            pointer="/data",
        )


def variables(story: Story) -> Iterator[Observation]:
    """`run.variables`: history shows the run's own values where the configuration had placeholders."""
    for life in lives(story):
        for stage in life.plans:
            if not has_placeholder(stage.configured):
                continue
            yield from foreign_values(life, stage) if stage.parameters is None else _interpolated(life, stage)


def _interpolated(life: Life, stage: StagePlan) -> Iterator[Observation]:
    assert stage.parameters is not None
    for sight in life.sights(stage.number):
        if sight.view != "history" or sight.stage.body.get("name") != RUN_NAMES.get(stage.kind or ""):
            continue
        problem = difference(stage.parameters, sight.stage.body.get("input"), slack=life.clock_slack)
        if problem is None:
            yield upheld(life.instance.run, sight.exchange, proof="settled", subject=life.id)
        elif life.shown_since(stage.number, sight.exchange):
            yield violated(
                life.instance.run,
                sight.exchange,
                expected=f"stage {stage.number} runs with {problem.path} = {problem.expected}",
                observed=f"{problem.path} = {problem.observed}",
                proof="settled",
                subject=life.id,
                pointer=f"/data/{stage.number}/input{problem.pointer}",
            )


def completes(story: Story) -> Iterator[Observation]:
    """`run.completes`: an instance whose stages end by themselves terminates, without error.

    Stages that wait, or that may fail, count once they have ended: from there on nothing outside is needed either.
    """
    for life in lives(story):
        if life.stages_known:
            yield from stalls(life)
        if life.stages_known and all(stage.cannot_fail for stage in life.plans):
            yield from _no_error(life)


def _no_error(life: Life) -> Iterator[Observation]:
    for read in life.terminations:
        if life.stopped_before(read.exchange.received):
            return
        failed = next((stage for stage in read.stages if stage.error), None)
        if read.error is None and failed is None:
            yield upheld(life.instance.run, read.exchange, proof="settled", subject=life.id)
        else:
            text = read.error or (failed.error if failed else None)
            moves_money = failed is not None and failed.number in (p.number for p in life.plans if p.kind == "send")
            offered = " (the target is taken to offer the feature ledger)" if moves_money else ""
            yield violated(
                life.instance.run,
                read.exchange,
                expected=f"an instance of stages that cannot fail terminates without error{offered}",
                observed=f"it terminated with the error {quoted(text)}",
                proof="settled",
                subject=life.id,
                pointer="/data/error" if read.error else "/data/status",
            )


def stage_fails(story: Story) -> Iterator[Observation]:
    """`run.stage-fails`: a stage whose parameters turn out wrong ends the instance, and nothing follows."""
    for life in lives(story):
        failing = next((stage for stage in life.plans if stage.must_fail), None)
        if failing is not None and all(stage.ends_by_itself for stage in life.plans[: failing.number]):
            yield from _fails_at(life, failing)
        yield from _nothing_after_error(life)


def _fails_at(life: Life, failing: StagePlan) -> Iterator[Observation]:
    started = life.first_started(failing.number)
    ended = life.first_terminated
    if ended is not None and not life.stopped_before(ended.exchange.received):
        last = life.terminations[-1]
        if last.error:
            yield upheld(life.instance.run, last.exchange, proof="settled", subject=life.id)
        elif life.is_due(ended.exchange.received, last.exchange):
            yield violated(
                life.instance.run,
                last.exchange,
                expected=f"an error, since stage {failing.number} cannot run with {failing.parameters}",
                observed="terminated without error",
                proof="settled",
                subject=life.id,
                pointer="/data",
            )
    elif started is not None:
        yield from _never_ended(life, failing, started)


def _never_ended(life: Life, failing: StagePlan, started: Sight) -> Iterator[Observation]:
    late = [read for read in life.instance.reads if life.is_due(started.exchange.received, read.exchange)]
    late = [read for read in late if not (read.terminated or life.stopped_before(read.exchange.received))]
    if late:
        yield violated(
            life.instance.run,
            started.exchange,
            late[-1].exchange,
            expected=f"the instance ends with an error, since stage {failing.number} cannot run",
            observed="not terminated",
            proof="settled",
            subject=life.id,
            pointer="/data/terminated",
        )


def _nothing_after_error(life: Life) -> Iterator[Observation]:
    for read in life.instance.reads:
        if life.stopped_before(read.exchange.received):
            # A cancellation may have put its error on stages that had ended before.
            return
        failed = next((stage for stage in read.stages if stage.ended and stage.error), None)
        later = failed and next((stage for stage in read.stages if stage.number > failed.number), None)
        if failed and later:
            yield _ran_on(life, read, failed.number, later.number)


def _ran_on(life: Life, read: InstanceRead, failed: int, later: int) -> Observation:
    return violated(
        life.instance.run,
        read.exchange,
        expected=f"no stage after stage {failed}, which ended with an error",
        observed=f"stage {later} has started",
        subject=life.id,
        pointer="/data/status",
    )


def isolated(story: Story) -> Iterator[Observation]:
    """`run.isolated`: what is sent to one instance leaves the others as they are."""
    for life in lives(story):
        others = (other.instance for other in lives(story) if other.id != life.id)
        signals = [signal for other in others for signal in (*other.sends, *other.cancels) if signal.ok]
        if signals:
            yield from _ended_by_others(life, signals)
            for stage in life.plans:
                yield from _undisturbed(life, stage, signals)


def _ended_by_others(life: Life, signals: list[Exchange]) -> Iterator[Observation]:
    """Violated when an instance has terminated at which nothing was sent that could have ended it, but others were."""
    first = life.first_terminated
    held = life.barrier(first.exchange.received) if first is not None else None
    earlier = [s for s in signals if first is not None and s.sent < first.exchange.received]
    if first is not None and held is not None and earlier:
        yield violated(
            life.instance.run,
            earlier[-1],
            first.exchange,
            expected=f"{life.id} runs on: nothing that ends stage {held.number} was sent to this instance",
            observed="it has terminated, after a request to another instance",
            proof="settled",
            subject=life.id,
            pointer="/data/terminated",
        )


def _over(sights: list[Sight], signal: Exchange) -> bool:
    """Whether the stage was seen ended before the signal was sent."""
    return any(sight.stage.ended and sight.exchange.before(signal) for sight in sights)


def _undisturbed(life: Life, stage: StagePlan, signals: list[Exchange]) -> Iterator[Observation]:
    sights = life.sights(stage.number)
    for signal in signals:
        after = [s for s in sights if s.exchange.sent > signal.sent and life.cannot_end(stage, s.exchange.received)]
        ended = None if _over(sights, signal) else next((s for s in after if s.stage.ended), None)
        kept = next((s for s in after if not s.stage.ended and life.is_due(signal.received, s.exchange)), None)
        if ended is not None:
            yield violated(
                life.instance.run,
                signal,
                ended.exchange,
                expected=f"stage {stage.number} of {life.id} waits on: nothing that ends it was sent to this instance",
                observed="it has ended, after a request to another instance",
                proof="settled",
                subject=life.id,
            )
            return
        if kept is not None:
            yield upheld(signal, kept.exchange, proof="settled", subject=life.id)


RULES: dict[str, Rule] = {
    "run.then-list": then_list,
    "run.variables": variables,
    "run.completes": completes,
    "run.stage-fails": stage_fails,
    "run.isolated": isolated,
}
