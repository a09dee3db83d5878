"""Themes about cancelling: at every moment, twice, from two clients, and what must not happen afterwards."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Discover,
    History,
    ListInstances,
    Pause,
    Read,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Step,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme


def at_once(d: Draft) -> None:
    """The cancellation follows the run at once, before any view need show its first stage."""
    instance = d.start(d.blocking_stage(), *d.quick_stages(0, 2))
    d.add(Cancel(instance), d.look(instance), Settle(), Read(instance), History(instance))


def while_waiting(d: Draft) -> None:
    """Cancelled while history shows the stage waiting; the events that come later find nobody."""
    event, before = d.event(), d.number(0, 2)
    instance = d.waiting(event, before, d.number(0, 2))
    if d.flip():
        d.add(Send(instance, d.pick(words.near_misses(event))))
    d.add(Cancel(instance), *(d.look(instance) for _ in range(d.number(0, 2))))
    if d.number(0, 7) < 7:
        d.add(Settle())
    d.add(*(Send(instance, event) for _ in range(d.number(1, 2))))
    d.add(Settle(), Read(instance), History(instance), StageHistory(instance, str(before + 1)))


def during_delay(d: Draft) -> None:
    """Cancelled during a delay that would last for long, by duration or by date."""
    before = d.quick_stages(0, 1)
    lengths: list[StageConfig] = [
        {"delay": {"duration": text}} for text in ("1h", "2m", "5m", "90s", "900000ms", "1000h")
    ]
    dates = [words.until(moment) for moment in ("now+1h@+05:30", words.FINE_MOMENT)]
    long = d.pick((*lengths, *dates))
    instance = d.start(*before, long, *d.quick_stages(1, 2))
    # Whatever is said to an event that nothing waits for, it ends no delay.
    d.add(Until(instance, "started", len(before)), Send(instance, d.event()))
    if d.flip():
        d.add(Settle(), History(instance))
    d.add(Cancel(instance), Settle(), Read(instance), History(instance))


def during_short_delay(d: Draft) -> None:
    """Cancelled during a delay that soon ends by itself: what it would have started must not come."""
    instance = d.start(words.delay(d.number(8, 15) * 100), *d.quick_stages(1, 3))
    d.add(Until(instance, "started", 0), Cancel(instance), Settle(), Read(instance), History(instance))


def beside_a_timer(d: Draft) -> None:
    """Instances are cancelled shortly before their delays end: which comes first is open, but each of them ends.

    A start is seen a moment after it came on one target, a tenth of a second on another, and far later on a slow one.
    """
    length = d.number(8, 12) * 100
    workflow = d.create(words.delay(length), words.noop())
    before = (d.number(2, 4) * 10, 70, d.number(20, 28) * 10, d.number(38, 48) * 10)
    runs = [d.new_run(workflow) for _ in before]
    lanes = [
        Chain((run, Until(run.ref, "started", 0), Pause(length - early), Cancel(run.ref)))
        for run, early in zip(runs, before, strict=True)
    ]
    d.add(Together(tuple(lanes)), Settle(), *(view(run.ref) for run in runs for view in (Read, History)))


def cancelled_timer(d: Draft) -> None:
    """Cancelled during a delay while the workflow's next instance is in a longer one: its timer ends no other's."""
    workflow = d.create({"delay": {"duration": "${length}"}}, words.noop())
    # The second run may have to wait for its turn for some seconds.
    first = d.run(workflow, {"length": f"{d.number(120, 125)}00ms"})
    second = d.run(workflow, {"length": f"{d.number(160, 165)}00ms"})
    d.add(Until(first, "started", 0), Cancel(first))
    d.add(Until(second, "ended"), Read(second), History(second), Read(first))


def anywhere(d: Draft) -> None:
    """Cancelled at some moment of a program of quick stages; wherever it was, it ends in order."""
    instance = d.start(*d.quick_stages(2, 6), d.blocking_stage(), words.noop())
    d.add(Pause(d.number(0, 400)), Cancel(instance), Settle(), Read(instance), History(instance))


def twice(d: Draft) -> None:
    """Cancelled more than once, one after the other or, mostly, from several clients at once.

    The workflow's next instance knows nothing of it, nor does whoever waits for its end.
    """
    before, event = d.quick_stages(0, 1), d.event()
    waits = d.number(0, 3) < 3
    workflow = d.create(*before, words.wait_for(event) if waits else words.hour(), words.noop())
    instance = d.run(workflow)
    d.add(Until(instance, "started", len(before)))
    cancels: list[Step] = [Cancel(instance) for _ in range(d.number(2, 5))]
    d.add(*(cancels if d.number(0, 3) == 3 else [Together(tuple(cancels))]))
    d.add(Settle(), Read(instance), History(instance), Cancel(instance), Settle(), Read(instance))
    run = d.new_run(workflow, wait=waits or None)
    if waits:
        sent = Chain((Discover(run.ref, workflow), Until(run.ref, "waiting", len(before)), Send(run.ref, event)))
        d.add(Together((run, sent)), Until(run.ref, "ended"))
    else:
        d.add(run, Until(run.ref, "started", len(before)))
    d.add(Settle(), Read(run.ref), History(run.ref))


def after_each_kind(d: Draft) -> None:
    """Cancelled between stages of each kind, and after a run with variables: it ends, and nothing follows."""
    before = [words.noop(), words.delay(50), words.until("2020-02-29T12:00:00Z")]
    if d.ledger:
        before += [words.send("world", d.account(), d.amount()), words.update(d.account(), {"k": "v"})]
    blocking = d.shuffled([words.hour(), words.western_hours(), *(d.blocking_stage() for _ in before[2:])])
    programs = zip(before, blocking, d.shuffled(before), strict=True)
    instances = [d.run(d.create(*stages), {"unused": "x"} if not n else None) for n, stages in enumerate(programs)]
    d.add(*(Until(instance, "started", 1) for instance in instances), *(Cancel(instance) for instance in instances))
    d.add(Settle(), *(Read(instance) for instance in instances), *(History(instance) for instance in instances))


def after_event(d: Draft) -> None:
    """Cancelled right after an event has moved it on, at once or when the next stage shows."""
    event = d.event()
    instance = d.start(words.wait_for(event), *d.quick_stages(0, 1), d.blocking_stage(), words.noop())
    d.add(Until(instance, "waiting", 0), Send(instance, event))
    if d.flip():
        d.add(Until(instance, "started", 1))
    d.add(Cancel(instance), d.look(instance), Settle(), Read(instance), History(instance))


def with_events(d: Draft) -> None:
    """Cancelled while events that match nothing are in flight."""
    event = d.event()
    instance = d.waiting(event, d.number(0, 1), 1)
    sends = [Send(instance, name) for name in d.some(words.near_misses(event), 1, 5)]
    d.add(Together((Cancel(instance), *sends)), Settle(), Read(instance), History(instance))


def one_of_two(d: Draft) -> None:
    """One of several instances of a workflow is cancelled; the others go on waiting."""
    event = d.event()
    workflow = d.create(d.pick((words.wait_for(event), words.hour())), words.noop())
    instances = [d.run(workflow) for _ in range(d.number(2, 3))]
    d.add(*(Until(instance, "started", 0) for instance in instances))
    chosen, *others = d.shuffled(instances)
    d.add(Cancel(chosen), Settle(), *(Read(other) for other in others), ListInstances(workflow, running=True))
    d.add(History(others[0]), Send(others[0], event), Settle(), Read(others[0]))


def run_and_cancel_storm(d: Draft) -> None:
    """Several instances cancelled at the same instant, with reads in between."""
    workflow = d.create(d.blocking_stage(), words.noop())
    instances = [d.run(workflow) for _ in range(d.number(2, 3))]
    lanes = [*(Cancel(instance) for instance in instances), *(Read(instance) for instance in instances)]
    d.add(Together(tuple(d.shuffled(lanes))), Settle(), ListInstances(workflow, running=True))
    d.add(*(Read(instance) for instance in instances))


def cancelled_too_late(d: Draft) -> None:
    """A cancellation or an event that comes too late for one instance does not hit the next one of the workflow."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(0, 1))
    first = d.run(workflow)
    d.add(Until(first, "waiting", 0), Send(first, event), Until(first, "ended"), Cancel(first), Send(first, event))
    second = d.run(workflow)
    d.add(Settle(), Read(second), History(second))


def run_after_cancel(d: Draft) -> None:
    """What a cancellation did to one instance, it does not do to the next run of the workflow."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(1, 2))
    first = d.run(workflow)
    d.add(Until(first, "waiting", 0), Cancel(first), Until(first, "ended"))
    second = d.run(workflow)
    d.add(Settle(), Read(second), History(second), Send(second, event), Until(second, "ended"))


# What a cancellation leaves behind is known where some view showed the stage before.
_AT_ONCE = ("cancel.terminates", "cancel.closes-stage", "cancel.not-running")
_CANCEL = (*_AT_ONCE, "cancel.error", "history.cancelled")

THEMES = (
    Theme("cancel-at-once", at_once, _AT_ONCE, 6),
    Theme("cancel-while-waiting", while_waiting, (*_CANCEL, "cancel.deaf"), 5),
    Theme("cancel-during-delay", during_delay, (*_CANCEL, "cancel.stops-stages"), 4),
    Theme("cancel-short-delay", during_short_delay, ("cancel.stops-stages", "cancel.terminates"), 2),
    Theme("cancel-beside-timer", beside_a_timer, ("cancel.terminates", "cancel.not-running", "stage.monotone"), 1),
    Theme("cancelled-timer", cancelled_timer, ("run.isolated", "cancel.terminates"), 1),
    Theme("cancel-anywhere", anywhere, ("stage.none-open", "history.agrees"), 2),
    Theme("cancelled-after-each-kind", after_each_kind, _CANCEL, once=True),
    Theme("cancel-twice", twice, (*_CANCEL, "cancel.terminated", "stage.monotone"), 3),
    Theme("cancel-after-event", after_event, (*_CANCEL, "cancel.stops-stages"), 3),
    Theme("cancel-with-events", with_events, _CANCEL, 2),
    Theme("cancel-one-of-two", one_of_two, ("run.isolated", "cancel.not-running", "list.running"), 2),
    Theme("cancel-storm", run_and_cancel_storm, _AT_ONCE, 1),
    Theme("cancelled-too-late", cancelled_too_late, ("run.isolated", "stage.waits"), 2),
    Theme("run-after-cancel", run_after_cancel, ("run.isolated", "stage.waits", "event.matching"), 2),
)
