"""Themes about reads: lists of instances in every state, stage histories, and reads at every moment."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    UNKNOWN,
    Cancel,
    GetWorkflow,
    History,
    Info,
    ListInstances,
    Pause,
    Read,
    Send,
    Settle,
    StageHistory,
    Step,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme


def lists_of_states(d: Draft) -> None:
    """Instances that wait, have ended, were cancelled: each in the lists that it belongs to."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(0, 1))
    oldest, *others = (d.run(workflow) for _ in range(5))
    d.add(*(Until(instance, "waiting", 0) for instance in (oldest, *others)))
    fates = (lambda i: Send(i, event), Cancel, Read)
    # What has room for a few only has forgotten the oldest one by now.
    d.add(Send(oldest, event), *(d.pick(fates)(instance) for instance in others), Settle())
    d.add(ListInstances(workflow), ListInstances(workflow, running=True), ListInstances(running=True))
    d.add(ListInstances(workflow, running=False))


def lists_of_two_workflows(d: Draft) -> None:
    """Instances of two workflows of one configuration are not mixed up."""
    stages = [d.blocking_stage()]
    first, second = d.create(*stages), d.create(*stages)
    # That there are none yet must not be believed for long.
    d.add(ListInstances(first), ListInstances(second, running=True))
    runs = [d.run(workflow) for workflow in d.shuffled([first, second, d.pick((first, second))])]
    d.add(Settle(), ListInstances(first), ListInstances(second))
    running = (ListInstances(first, running=True), ListInstances(second, running=True))
    # Asked for just before: what a server remembers of these answers is out of date at once.
    d.add(*running, Cancel(runs[0]), Settle(), *running)


def lists_of_nothing(d: Draft) -> None:
    """Nothing is listed for a workflow that nobody created, or that was never run."""
    workflow = d.create(*d.quick_stages(0, 1))
    d.add(ListInstances(UNKNOWN), ListInstances(workflow), ListInstances(UNKNOWN, running=d.flip()))


def stage_histories(d: Draft) -> None:
    """Stages that have started, have not yet, and do not exist; read while they change."""
    event = d.event()
    before = d.number(0, 2)
    instance = d.waiting(event, before, d.number(1, 3))
    d.add(Settle(), *(StageHistory(instance, str(number)) for number in range(before + 2)))
    # In whatever stage it waits, it is running.
    d.add(ListInstances("w1", running=True))
    d.add(StageHistory(instance, d.pick(("10", "50", "99", "1000"))))
    d.add(Send(instance, event), Until(instance, "ended"), StageHistory(instance, str(before + 1)))


def bad_stage_numbers(d: Draft) -> None:
    """Stage numbers that are no integers, some of which begin like the number of a stage that there is."""
    instance = d.start(words.noop())
    texts = d.shuffled(("x", "1.5", "0.5", "0x1", "0th", "one", "1e2", "0e0", "٣", "0 1", "null", "--1"))
    early = d.number(0, 3)
    d.add(*(StageHistory(instance, text) for text in texts[:early]), Until(instance, "ended"))
    d.add(*(StageHistory(instance, text) for text in texts[early:]))


def reads_around_run(d: Draft) -> None:
    """Reads of every view from the run's answer on, as fast as they come."""
    instance = d.start(*d.quick_stages(1, 3), d.pick((words.noop(), d.blocking_stage())))
    for _ in range(d.number(3, 10)):
        d.add(d.look(instance))
        if d.flip():
            d.add(Pause(d.number(1, 60)))
    d.add(Settle(), Read(instance), History(instance))


def reads_around_cancel(d: Draft) -> None:
    """Reads of every view while a cancellation takes effect; the instance is listed at every moment."""
    instance = d.waiting(d.event(), d.number(0, 1), 1)
    # What was listed stays listed.
    d.add(ListInstances("w1"))
    looks: list[Step] = [d.look(instance) for _ in range(d.number(2, 6))]
    d.add(Together((Cancel(instance), *looks)), *(d.look(instance) for _ in range(d.number(1, 5))))
    for _ in range(5):
        d.add(Pause(80), ListInstances("w1"))
    d.add(Settle(), Read(instance), History(instance))


def reads_at_once(d: Draft) -> None:
    """The same thing read by many clients at the same instant: by more than a small pool of connections serves."""
    instance = d.start(d.blocking_stage())
    looks = [d.look(instance) for _ in range(d.pick((6, 12, 24)))]
    d.add(Settle(), Together((Info(), GetWorkflow("w1"), *looks, *(Read(instance) for _ in looks))))


_LISTS = ("list.by-workflow", "list.running", "list.agrees", "run.then-list")
_VIEWS = ("stage.monotone", "history.append-only", "envelope.time-order")

THEMES = (
    Theme("lists-of-states", lists_of_states, (*_LISTS[1:], "cancel.not-running"), 3),
    Theme("lists-of-two-workflows", lists_of_two_workflows, _LISTS, 2),
    Theme("lists-of-nothing", lists_of_nothing, ("list.unknown-workflow",), 2),
    Theme(
        "stage-histories",
        stage_histories,
        ("stage-history.started", "stage-history.not-started", "list.running"),
        3,
    ),
    Theme("bad-stage-numbers", bad_stage_numbers, ("stage-history.bad-number",), 2),
    Theme("reads-around-run", reads_around_run, (*_VIEWS, "run.then-get", "history.agrees"), 3),
    Theme("reads-around-cancel", reads_around_cancel, (*_VIEWS, "history.cancelled"), 2),
    Theme("reads-at-once", reads_at_once, (*_VIEWS, "info.version"), 1),
)
