"""Themes about concurrency on one instance: events in quick succession, and at the same instant."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Discover,
    GetWorkflow,
    History,
    ListInstances,
    Pause,
    Read,
    Send,
    Settle,
    Step,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme


def _others(d: Draft, instance: str, event: str, least: int, most: int) -> list[Step]:
    names = [*words.near_misses(event), *(f"other-{number}" for number in range(12))]
    return [Send(instance, name) for name in d.some(names, least, most)]


def together(d: Draft) -> None:
    """In an instance a match among others, all on the wire at the same time: twice among many, then among any number.

    A slow target takes up what comes at one moment within a tenth of a second. So only among many does another event
    come close to the match, and a further burst costs no run.
    """
    names, before = (d.event(), *(f"{word} {d.number(0, 99)}" for word in ("then", "last"))), d.number(0, 1)
    stages = [d.quick_stage() for _ in range(before)]
    instance = d.start(*stages, *map(words.wait_for, names), *d.quick_stages(0, 1))
    for stage, (name, least) in enumerate(zip(names, (10, 10, 2), strict=True), before):
        sends = [Send(instance, name), *_others(d, instance, name, least, 14)]
        d.add(Until(instance, "waiting", stage), Together(tuple(d.shuffled(sends))))
    d.add(Settle(), Read(instance), History(instance))


def quick_succession(d: Draft) -> None:
    """A match among many that do not match, one straight after the other."""
    event = d.event()
    instance = d.waiting(event, d.number(0, 1), d.number(1, 2))
    others = _others(d, instance, event, 2, 12)
    place = d.number(0, len(others))
    d.add(*others[:place], Send(instance, event), *others[place:], Settle(), Read(instance), History(instance))


def nothing_matches(d: Draft) -> None:
    """Many events at the same time, and none of them matches."""
    event = d.event()
    instance = d.waiting(event, d.number(0, 1), d.number(0, 1))
    d.add(Together(tuple(_others(d, instance, event, 3, 12))), Settle(), Read(instance), History(instance))
    if d.flip():
        d.add(Send(instance, event), Until(instance, "ended"))
    else:
        d.add(Cancel(instance), Settle(), Read(instance))


def same_event_together(d: Draft) -> None:
    """The matching event several times, at once and in quick succession, where fewer, as many or more stages wait.

    What a server makes of the second one may depend on whether the next stage waits already. Two that come first leave
    a stage open, so that one which counts twice shows.
    """
    event = d.event()
    instance = d.start(*(words.wait_for(event) for _ in range(d.number(3, 5))))
    first, *then = (Send(instance, event) for _ in range(d.number(3, 4)))
    bursts: list[list[Step]] = [[Together((first, first))], [*then]]
    for burst in d.shuffled(bursts):
        d.add(Until(instance, "waiting"), *burst, Settle(), Read(instance), History(instance))


def two_instances_at_once(d: Draft) -> None:
    """Events to two instances of one workflow at the same instant, each of which reaches its own."""
    event = d.event()
    workflow = d.create(words.wait_for(event), words.wait_for(event), *d.quick_stages(0, 1))
    first, second = d.run(workflow), d.run(workflow)
    d.add(Until(first, "waiting", 0), Until(second, "waiting", 0))
    lanes: list[Step] = [Send(first, event), Send(second, event), Send(first, f"{event}-not")]
    # What is read of both at once is of the one that was asked for, too.
    d.add(Together(tuple(lanes[: d.number(2, 3)])), Settle(), Together((History(first), History(second))))
    d.add(Together((Read(first), Read(second))))


def event_beside_cancellation(d: Draft) -> None:
    """One instance after the other of a workflow is cancelled while the others get an event: each gets its own.

    What a target does for a moment shows only in what it takes up in that moment: there are six chances in four runs.
    A slow target takes up a cancellation sooner than an event that was sent with it, so the cancellation follows the
    events but for one, which comes just after it: that is what shows on a fast one.
    """
    events = [f"{name} {d.number(0, 99)}" for name in d.some(("go", "ship it", "批准", "step-2"), 3, 3)]
    workflow = d.create(*map(words.wait_for, events), d.blocking_stage())
    runs = [d.new_run(workflow) for _ in range(4)]
    left = [run.ref for run in runs]
    d.add(Together(tuple(runs)))
    for stage, event in enumerate(events):
        d.add(*(Until(instance, "waiting", stage) for instance in left))
        gone, *left = left
        sends = [Send(instance, event) for instance in left]
        later, after = d.number(20, 40), d.number(3, 8)
        cancel = Chain((Pause(later), Cancel(gone)))
        close = Chain((Pause(later + after), sends[0])) if len(sends) > 1 or d.flip() else sends[0]
        # What is due before the next event is not taken for the work of several events.
        d.add(Together((cancel, close, *sends[1:])), Settle())
    d.add(*(view(run.ref) for run in runs for view in (Read, History)))


def event_and_reads(d: Draft) -> None:
    """Reads in every view while an event is under way, and shortly after it; an instance is listed at every moment."""
    event = d.event()
    instance = d.waiting(event, 0, d.number(1, 3))
    # What was listed stays listed.
    d.add(ListInstances("w1"))
    d.add(Together((Send(instance, event), *(d.look(instance) for _ in range(d.number(2, 6))))))
    for _ in range(d.number(1, 4)):
        d.add(d.look(instance), Pause(d.number(0, 60)), ListInstances("w1"))
    d.add(Until(instance, "ended"), ListInstances("w1"))


def event_and_cancel(d: Draft) -> None:
    """An event and a cancellation at the same instant: either may win, but not halfway."""
    event = d.event()
    instance = d.waiting(event, d.number(0, 1), d.number(1, 2))
    lanes = [Send(instance, event), Cancel(instance), *(d.look(instance) for _ in range(d.number(0, 2)))]
    d.add(Together(tuple(d.shuffled(lanes))), Settle(), Read(instance), History(instance))


def _waited_for_and_sent(d: Draft, others: int) -> None:
    """Clients wait for the ends of their runs, others bring them about, and look whether they have come."""
    event = d.event()
    lanes: list[Step] = []
    runs = []
    for cancelled in (False, True, *[False] * others):
        stages = (*d.quick_stages(0, 1), words.wait_for(f"${{who}} {event}"), *d.quick_stages(0, 1))
        # Variables are for stages, and a name keeps what looks like a reference.
        run = d.new_run(d.create(*stages, name="for ${who}"), {"who": "a friend"}, wait=True)
        finisher = Cancel(run.ref) if cancelled else Send(run.ref, f"a friend {event}")
        # Nothing that others ask for meanwhile waits for it, and it is running like any other.
        reads: tuple[Step, ...] = (GetWorkflow(run.workflow), ListInstances(run.workflow))
        if cancelled:
            reads = (*reads, Settle(), ListInstances(run.workflow, running=True))
        found = (Discover(run.ref, run.workflow), Until(run.ref, "waiting"), *reads)
        lanes += [run, Chain((*found, finisher, Settle(), Read(run.ref), Read(run.ref)))]
        runs.append(run)
    d.add(Together(tuple(lanes)), *(view(run.ref) for run in runs for view in (Read, History)))


def waited_for_and_sent(d: Draft) -> None:
    """Two clients, whose runs end by an event and by a cancellation."""
    _waited_for_and_sent(d, 0)


def waited_for_by_many(d: Draft) -> None:
    """So many clients that a server which keeps something for each of them may have nothing left for the others."""
    _waited_for_and_sent(d, 4)


def many_at_once(d: Draft) -> None:
    """Several runs of one workflow at the same instant, with variables of their own."""
    workflow = d.create(words.wait_for("go-${x}"), words.noop())
    runs = [d.new_run(workflow, {"x": str(number)}) for number in range(d.number(2, 5))]
    d.add(Together(tuple(runs)), *(Until(run.ref, "waiting", 0) for run in runs))
    d.add(Together(tuple(Send(run.ref, f"go-{number}") for number, run in enumerate(runs))))
    d.add(Settle(), *(Read(run.ref) for run in runs))


def equal_runs_at_once(d: Draft) -> None:
    """The same run, requested by several clients at the same instant: each gets an instance of its own.

    Two others wait for the ends of theirs, which come at the same instant, too.
    """
    # What takes them for one by their variables tells by the first of them, which is running still.
    workflow = d.create(words.wait_for("go"), *d.quick_stages(0, 1))
    variables = {"x": "same"}
    runs = [d.new_run(workflow, variables) for _ in range(d.number(2, 3))]
    d.add(Together(tuple(runs)), Settle(), ListInstances(workflow), *(Read(run.ref) for run in runs))
    quick = d.create(words.delay(1000), words.noop())
    waited = [d.new_run(quick, d.pick((None, {}, variables)), wait=True) for _ in range(2)]
    d.add(Together(tuple(waited)), ListInstances(quick), *(Read(run.ref) for run in waited))


_BESIDE = ("run.isolated", "event.matching", "stage.waits", "cancel.terminates", "cancel.error", "cancel.stops-stages")

THEMES = (
    Theme("burst-together", together, ("event.burst",), 5),
    Theme("burst-quick", quick_succession, ("event.burst",), 3),
    Theme("burst-without-match", nothing_matches, ("event.other", "stage.waits"), 2),
    Theme("same-event-together", same_event_together, ("event.burst",), 3),
    Theme("event-beside-cancellation", event_beside_cancellation, _BESIDE, 1),
    Theme("two-instances-at-once", two_instances_at_once, ("run.isolated", "event.matching", "event.once"), 2),
    Theme("event-and-reads", event_and_reads, ("stage.monotone", "history.append-only", "event.matching"), 2),
    Theme("event-and-cancel", event_and_cancel, ("stage.none-open", "history.agrees", "stage.monotone"), 2),
    Theme("waited-for-and-sent", waited_for_and_sent, ("run.wait", "run.embeds", "cancel.terminates"), 2),
    Theme("waited-for-by-many", waited_for_by_many, ("run.wait", "envelope.answers"), 1),
    Theme("equal-runs-at-once", equal_runs_at_once, ("run.created", "run.then-list", "run.isolated", "stage.waits"), 2),
    Theme("many-at-once", many_at_once, ("run.created", "run.variables", "run.then-list"), 1),
)
