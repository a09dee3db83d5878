"""Themes about events and waiting stages: an event ends one stage with exactly its name, in its instance."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Delete,
    GetWorkflow,
    History,
    ListInstances,
    Pause,
    Read,
    Run,
    Send,
    SendRaw,
    Settle,
    StageHistory,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_LANES = 4


def near_misses(d: Draft) -> None:
    """Names that differ in little leave the stage waiting; the very name ends it."""
    event, before = d.pick(words.TELLING_EVENTS) if d.flip() else d.event(), d.number(0, 2)
    instance = d.waiting(event, before, d.number(0, 2))
    d.add(*(Send(instance, name) for name in d.some(words.near_misses(event), 4, 12)))
    d.add(Settle(), Read(instance), History(instance), StageHistory(instance, str(before + 1)))
    d.add(Send(instance, event), Settle(), Read(instance), History(instance))


def every_near_miss(d: Draft) -> None:
    """For each telling name, every name that a careless comparison takes for it; then the very name."""
    lanes = []
    for event in words.TELLING_EVENTS:
        run = d.new_run(d.create(words.wait_for(event), words.noop()))
        misses = [Send(run.ref, name) for name in d.shuffled([*words.near_misses(event), ""])]
        after = (Settle(), Read(run.ref), History(run.ref), Send(run.ref, event), Until(run.ref, "ended"))
        lanes.append(Chain((run, Until(run.ref, "waiting", 0), *misses, *after)))
    d.add(Together(tuple(lanes)))


def wait_chain(d: Draft) -> None:
    """Many stages wait, every other one after a delay, for names of their own or for one, and each hears its event."""
    events = d.pick(([d.event()], [d.event(), d.event()]))
    awaited = [events[number % len(events)] for number in range(d.number(5, 8))]
    pairs = [
        (words.delay(d.number(2, 4) * 100), words.wait_for(event)) if number % 2 else (words.wait_for(event),)
        for number, event in enumerate(awaited)
    ]
    instance = d.start(*(stage for pair in pairs for stage in pair), *d.quick_stages(0, 1))
    for number, event in enumerate(awaited):
        d.add(Until(instance, "waiting", sum(map(len, pairs[: number + 1])) - 1), Send(instance, event))
    d.add(Until(instance, "ended"), Read(instance), History(instance))


def match_only(d: Draft) -> None:
    """One event, sent while history shows the stage open, ends it."""
    event, before = d.event(), d.number(0, 3)
    instance = d.waiting(event, before, d.number(1, 3))
    d.add(Send(instance, event), d.look(instance), Until(instance, "started", before + 1))


def long_way(d: Draft) -> None:
    """After several stages of any kind one waits; whether it hears or stops then is seen at the scenario's end."""
    stages = d.quick_stages(2, 6)
    instance = d.start(*stages, words.wait_for(d.event()), *d.quick_stages(0, 1))
    d.add(Until(instance, "waiting", len(stages)))


def twice_in_one(d: Draft) -> None:
    """Two stages of one instance wait for one name; each event ends exactly one."""
    event, between = d.event(), d.quick_stages(0, 1)
    instance = d.start(words.wait_for(event), *between, words.wait_for(event), *d.quick_stages(0, 2))
    d.add(Until(instance, "waiting", 0), Send(instance, event), Settle(), Read(instance), History(instance))
    if d.flip():
        d.add(Until(instance, "waiting", len(between) + 1), Send(instance, event), Until(instance, "ended"))


def thrice_one_event(d: Draft) -> None:
    """Several stages wait for one name, and one event less of that name is sent: three or four."""
    event, stages = d.event(), d.number(4, 5)
    instance = d.start(*(words.wait_for(event) for _ in range(stages)))
    for number in range(stages - 1):
        d.add(Until(instance, "waiting", number), Send(instance, event))
    d.add(Settle(), Read(instance), History(instance))


def two_instances(d: Draft) -> None:
    """Two instances of one workflow wait for one name, in their first stage and again in a later one.

    The event reaches only the one addressed.
    """
    event, between = d.event(), d.quick_stages(0, 1)
    workflow = d.create(words.wait_for(event), *between, words.wait_for(event), *d.quick_stages(0, 2))
    instances = [d.run(workflow) for _ in range(d.number(2, 3))]
    for stage in (0, 1 + len(between)):
        d.add(*(Until(instance, "waiting", stage) for instance in instances))
        chosen, *others = d.shuffled(instances)
        d.add(Send(chosen, event), Settle(), *(Read(other) for other in others), *(History(other) for other in others))
        if stage:
            d.add(d.pick((Cancel(others[0]), Send(others[0], event))), Settle(), Read(others[-1]))
        else:
            d.add(*(Send(other, event) for other in others))


def two_workflows(d: Draft) -> None:
    """Two workflows wait for one name, at different stages."""
    event = d.event()
    first, second = d.waiting(event, 0, d.number(0, 1)), d.waiting(event, d.number(1, 2), d.number(0, 1))
    chosen, other = d.shuffled([first, second])
    d.add(Send(chosen, event), Settle(), Read(other), History(other), Send(other, event), Until(other, "ended"))


def two_names(d: Draft) -> None:
    """Stages wait for different names one after another; the wrong one of the two comes first."""
    one = d.event()
    other = d.pick(words.near_misses(one))
    instance = d.start(words.wait_for(one), words.wait_for(other), *d.quick_stages(0, 2))
    d.add(Until(instance, "waiting", 0), Send(instance, other), Settle(), Read(instance), History(instance))
    d.add(Send(instance, one), Until(instance, "waiting", 1), Settle(), Read(instance))
    d.add(Send(instance, other), Until(instance, "ended"))


def names_gone_by(d: Draft) -> None:
    """A stage does not hear the name that an earlier one has waited for, only its own."""
    gone, awaited = d.some(words.EVENTS, 2, 2)
    between = d.quick_stages(0, 1)
    instance = d.start(words.wait_for(gone), *between, words.wait_for(awaited), *d.quick_stages(0, 1))
    d.add(Until(instance, "waiting", 0), Send(instance, gone), Until(instance, "waiting", 1 + len(between)))
    d.add(Send(instance, gone), Settle(), Read(instance), History(instance))
    d.add(Send(instance, awaited), Until(instance, "ended"))


def early(d: Draft) -> None:
    """The event follows the first answer that shows the stage as started, before history need show it."""
    event, before = d.event(), d.number(0, 2)
    stages = [*(words.noop() for _ in range(before)), words.wait_for(event), *d.quick_stages(0, 2)]
    instance = d.start(*stages)
    d.add(Until(instance, "started", before), Send(instance, event), Settle(), Read(instance), History(instance))


def before_anything_waits(d: Draft) -> None:
    """An event sent during a delay; what becomes of it is open, but it ends one stage at most, and not the delay.

    That lasts for longer than a slow target takes to show its start and to take up the event.
    """
    event = d.event()
    instance = d.start(words.delay(d.number(20, 25) * 100), words.wait_for(event), words.noop(), words.wait_for(event))
    d.add(Until(instance, "started", 0), *(Send(instance, event) for _ in range(d.number(1, 2))))
    d.add(Settle(), Read(instance), History(instance), ListInstances("w1", running=True))
    d.add(Send(instance, event), Settle(), Read(instance), History(instance))


def after_the_end(d: Draft) -> None:
    """Events and cancellations to an instance that has terminated change nothing."""
    event = d.event()
    instance = d.start(*d.quick_stages(0, 2)) if d.flip() else d.waiting(event)
    d.add(Send(instance, event), Until(instance, "ended"), Settle(), Read(instance), History(instance))
    d.add(*d.shuffled([Send(instance, event), d.pick((Cancel(instance), Send(instance, "other")))]))
    d.add(Settle(), Read(instance), History(instance))
    # Whether these are refused for their form or for coming too late is open.
    d.add(SendRaw(instance, "{}"), SendRaw(instance, "{"), Read(instance))


def interleaved(d: Draft) -> None:
    """Several instances of several workflows, moved on in turns."""
    events = [d.event() for _ in range(2)]
    instances = [(d.waiting(event, d.number(0, 1), 1), event) for event in events for _ in range(d.number(1, 2))]
    for instance, event in d.shuffled(instances):
        wrong = [other for other in events if other != event]
        d.add(*(Send(instance, name) for name in wrong), Send(instance, event), d.look(instance))
    d.add(Settle(), *(Read(instance) for instance, _ in instances))


def sent_to_a_sibling(d: Draft) -> None:
    """What one instance is sent and does not wait for, ends no stage of another one that waits for it, now or later."""
    one, other = d.some(words.EVENTS, 2, 2)
    workflow = d.create(words.wait_for(one), words.wait_for(other), *d.quick_stages(0, 1))
    first, second = d.run(workflow), d.run(workflow)
    d.add(Until(first, "waiting", 0), Until(second, "waiting", 0), Send(first, other), Send(second, one))
    d.add(Until(second, "waiting", 1), Settle(), Read(second), History(second), Read(first))
    d.add(Send(first, other), Settle(), Read(second), History(second))


def _many(d: Draft, workflow: str, count: int) -> list[str]:
    """Append many runs of a workflow, a few at a time: one after another they take minutes on a slow target."""
    runs = [d.new_run(workflow) for _ in range(count)]
    d.add(Together(tuple(Chain(tuple(runs[lane::_LANES])) for lane in range(_LANES))))
    return [run.ref for run in runs]


def crowd(d: Draft) -> None:
    """More instances of one workflow wait at a time than a careless table of them has room for."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(0, 1))
    instances = _many(d, workflow, d.number(21, 25))
    d.add(*(Until(instance, "waiting", 0) for instance in instances))
    d.add(Settle(), ListInstances(running=True))
    d.add(*(Send(instance, event) for instance in d.shuffled(instances)), Settle())
    d.add(*(Read(instance) for instance in instances), ListInstances(workflow), ListInstances(workflow, running=True))


def throng(d: Draft) -> None:
    """More instances of one workflow wait than a page of a list may hold; every one is listed."""
    event = d.event()
    workflow = d.create(words.wait_for(event))
    instances = _many(d, workflow, d.number(102, 110))
    d.add(Settle(), Send(instances[-1], event), Settle(), Read(instances[-1]))
    d.add(ListInstances(workflow), ListInstances(workflow, running=True), ListInstances(running=True))


def _kept(d: Draft, seconds: int) -> None:
    """Instances that have ended, were cancelled, wait or sleep, left alone for long: they stay, and still hear."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(1, 2))
    ended = d.start(*d.quick_stages(1, 2))
    waiting, cancelled, cold = (d.run(workflow) for _ in range(3))
    sleeping = [d.start(stage, words.noop()) for stage in d.shuffled(words.LONG_DELAYS)]
    d.add(Until(ended, "ended"), *(Until(one, "waiting", 0) for one in (waiting, cancelled, cold)))
    d.add(Cancel(cancelled), Settle())
    reads = [view(instance) for instance in (ended, waiting, cancelled, *sleeping) for view in (Read, History)]
    d.add(*reads, Pause(seconds * 1000 + d.number(0, 9) * 100))
    # The first that this one is asked after so long is the event.
    d.add(Send(cold, event), *reads, ListInstances(workflow), Until(cold, "ended"))
    d.add(Send(cancelled, event), *(Cancel(one) for one in (waiting, *sleeping)))
    d.add(Settle(), *(Read(one) for one in (waiting, cancelled, *sleeping)))


def kept(d: Draft) -> None:
    """Left alone for twenty seconds."""
    _kept(d, 20)


def kept_for_long(d: Draft) -> None:
    """Left alone for more than a minute: many things are given up after that."""
    _kept(d, 65)


def ids_of_the_other_kind(d: Draft) -> None:
    """No workflow has the id of an instance, and no instance that of a workflow."""
    event = d.event()
    workflow = d.create(words.wait_for(event), words.noop())
    instance = d.run(workflow)
    reads = (GetWorkflow(instance), History(workflow), StageHistory(workflow, "0"), ListInstances(instance))
    # These are sent only where no id can be that of somebody else's instance or workflow.
    writes = (Send(workflow, event), Cancel(workflow), Run("i9", instance, {}), Delete(instance))
    d.add(Until(instance, "waiting", 0), *d.shuffled([*reads, *writes]), Settle())
    d.add(Read(instance), GetWorkflow(workflow))


_EVENTS = ("event.matching", "event.other", "stage.waits", "history.append-only", "stage.monotone")
_OTHER_KIND = (
    "workflow.get-unknown",
    "workflow.delete-unknown",
    "run.unknown-workflow",
    "event.unknown-instance",
    "cancel.unknown-instance",
    "history.unknown-instance",
    "list.unknown-workflow",
)

THEMES = (
    Theme("near-misses", near_misses, (*_EVENTS, "stage-history.not-started"), 5),
    Theme("every-near-miss", every_near_miss, _EVENTS, once=True),
    Theme("wait-chain", wait_chain, ("event.matching", "event.burst", "stage.sequence", "stage.all-done"), 2),
    Theme("match-only", match_only, ("event.matching", "stage.sequence", "stage.all-done"), 4),
    Theme("long-way", long_way, ("event.matching", "cancel.terminates", "stage.sequence"), 3),
    Theme("twice-in-one", twice_in_one, ("event.once", "event.matching", "stage.waits"), 4),
    Theme("thrice-one-event", thrice_one_event, ("event.once", "stage.waits"), 2),
    Theme("two-instances", two_instances, ("run.isolated", "stage.waits", "event.matching"), 4),
    Theme("two-workflows", two_workflows, ("run.isolated", "event.matching"), 2),
    Theme("two-names", two_names, _EVENTS, 2),
    Theme("names-gone-by", names_gone_by, _EVENTS, 2),
    Theme("early", early, ("event.early", "event.live-known"), 3),
    Theme("before-anything-waits", before_anything_waits, ("stage.waits", "list.running"), 2),
    Theme("after-the-end", after_the_end, ("event.terminated", "event.terminated-refused", "cancel.terminated"), 4),
    Theme("sent-to-a-sibling", sent_to_a_sibling, ("run.isolated", "stage.waits", "event.matching"), 3),
    Theme("kept", kept, ("stage.waits", "event.live-known", "stage.monotone", "history.append-only"), once=True),
    Theme("kept-for-long", kept_for_long, ("stage.waits", "event.live-known"), once=True),
    Theme("throng", throng, ("run.then-list", "list.running"), once=True),
    Theme("ids-of-the-other-kind", ids_of_the_other_kind, _OTHER_KIND, 3),
    Theme("crowd", crowd, ("event.matching",), once=True),
    Theme("interleaved", interleaved, ("list.running",), 1),
)
