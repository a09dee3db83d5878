"""History: the same stages as status, named after their kinds, with the parameters that were given."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.equal_meaning import difference
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, StageRead
from conformance.rules.evidence.timeline import Life, Sight, View, lives
from conformance.rules.evidence.trace_index import Story
from conformance.trace import Exchange


def stages(story: Story) -> Iterator[Observation]:
    """`history.stages`: entries in the order of the stages, named after their kinds, with every parameter given."""
    for life in lives(story):
        for history in life.instance.histories:
            for entry in history.stages:
                yield from _entry(life, history, entry)


def _entry(life: Life, history: HistoryRead, entry: StageRead) -> Iterator[Observation]:
    if entry.number >= len(life.plans):
        if life.instance.stages:
            yield _wrong(life, history, entry, f"{len(life.plans)} stages", f"an entry number {entry.number}", "")
        return
    stage = life.plans[entry.number]
    wanted = RUN_NAMES.get(stage.kind or "")
    if wanted is None or not life.shown_since(entry.number, history.exchange):
        return
    if entry.body.get("name") != wanted:
        observed = f"{entry.body.get('name')!r}{_displaced(life, entry)}"
        yield _wrong(life, history, entry, f"the name {wanted}", observed, "/name")
    elif stage.parameters is not None:
        yield from _input(life, history, entry, stage)


def _input(life: Life, history: HistoryRead, entry: StageRead, stage: StagePlan) -> Iterator[Observation]:
    problem = difference(stage.parameters, entry.body.get("input"), slack=life.clock_slack)
    if problem is None:
        yield upheld(life.instance.run, history.exchange, proof="settled", subject=life.id)
    else:
        where = f"/input{problem.pointer}"
        expected, observed = f"{problem.path} = {problem.expected}", f"{problem.path} = {problem.observed}"
        yield _wrong(life, history, entry, expected, f"{observed}{_displaced(life, entry)}", where)


def _wrong(
    life: Life, history: HistoryRead, entry: StageRead, expected: str, observed: str, pointer: str
) -> Observation:
    return violated(
        life.instance.run,
        history.exchange,
        expected=f"history entry {entry.number}: {expected}",
        observed=observed,
        proof="settled",
        subject=life.id,
        pointer=f"/data/{entry.number}{pointer}",
    )


def _displaced(life: Life, entry: StageRead) -> str:
    place = place_of(life, entry)
    return "" if place is None else f": it shows stage {place}"


def place_of(life: Life, entry: StageRead) -> int | None:
    """The stage that a history entry shows in place of its own; None when it shows its own, or no other."""
    if entry.number >= len(life.plans) or life.plans[entry.number].parameters is None:
        return None
    slack = life.clock_slack
    if _is_of(entry, life.plans[entry.number], slack):
        return None
    return next((stage.number for stage in life.plans if _is_of(entry, stage, slack)), None)


def _is_of(entry: StageRead, stage: StagePlan, slack: int) -> bool:
    shown = entry.body.get("input")
    if stage.parameters is None or entry.body.get("name") != RUN_NAMES.get(stage.kind or ""):
        return False
    # Every input holds the parameters of a stage that has none.
    return difference(stage.parameters, shown, slack=slack) is None and bool(stage.parameters) == bool(shown)


def out_of_place(story: Story) -> bool:
    """Whether some history shows one stage in another one's place, so that positions there mean nothing."""
    return any(
        place_of(life, entry) is not None
        for life in lives(story)
        for history in life.instance.histories
        for entry in history.stages
    )


def agrees(story: Story) -> Iterator[Observation]:
    """`history.agrees`: what one of status and history has shown, the other shows once it is due.

    Started, ended, and ended with or without error are facts that stay true, so each is looked for on its own.
    """
    for life in lives(story):
        yield from _has_history(life)
        for number in range(len(life.plans)):
            yield from _agree_on_start(life, number)
            yield from _agree_on_end(life, number)


def _has_history(life: Life) -> Iterator[Observation]:
    """Violated when history knows nothing of an instance whose first stage was seen long ago."""
    for read in life.story.of("getInstanceHistory"):
        unknown = read.params["instanceID"] == life.id and read.status == 404 and not life.deleted_before(read.received)
        if unknown and life.plans and life.shown_since(0, read) and not _may_be_absent(life, 0, read):
            yield violated(
                life.instance.run,
                read,
                expected=f"a history of instance {life.id}, whose stage 0 was seen",
                observed="404",
                proof="settled",
                subject=life.id,
            )


_OTHER: dict[View, View] = {"instance": "history", "answer": "history", "history": "instance"}


def _first(life: Life, number: int, view: View, *, ended: bool) -> Sight | None:
    return next((s for s in life.sights(number) if s.view == view and (s.stage.ended or not ended)), None)


def _reads(life: Life, view: View, after: int) -> list[InstanceRead | HistoryRead]:
    reads: list[InstanceRead | HistoryRead] = list(
        life.instance.histories if view == "history" else life.instance.reads
    )
    due = [read for read in reads if life.is_due(after, read.exchange)]
    return life.conclusive([read for read in due if not life.deleted_in_mid_run(read.exchange.received)])


def _may_be_absent(life: Life, number: int, history: Exchange) -> bool:
    """A last stage that ended with an error need not be in history; nor need one that may have, unseen."""
    sights = life.sights(number)
    failed = any(s.stage.ended and s.stage.error for s in sights)
    may_fail = life.stopped_before(history.received) or not life.plans[number].cannot_fail
    return failed or (may_fail and not any(s.stage.ended and not s.stage.error for s in sights))


def _agree_on_start(life: Life, number: int) -> Iterator[Observation]:
    for view, other in _OTHER.items():
        shown = _first(life, number, view, ended=False)
        if shown is None:
            continue
        for read in _reads(life, other, shown.exchange.received):
            if read.stage(number) is not None:
                yield upheld(shown.exchange, read.exchange, proof="settled", subject=life.id)
            elif other == "instance" or not _may_be_absent(life, number, read.exchange):
                yield _disagree(life, shown, read, f"{_WHERE[view]} shows stage {number}", "is absent")


def _agree_on_end(life: Life, number: int) -> Iterator[Observation]:
    for view, other in _OTHER.items():
        shown = _first(life, number, view, ended=True)
        if shown is None:
            continue
        for read in _reads(life, other, shown.exchange.received):
            entry = read.stage(number)
            if entry is not None:
                yield _compare_ends(life, shown, read, entry)


_WHERE: dict[View, str] = {"instance": "status", "answer": "status", "history": "history"}


def _compare_ends(life: Life, shown: Sight, read: InstanceRead | HistoryRead, entry: StageRead) -> Observation:
    said = (
        f"{_WHERE[shown.view]} shows stage {entry.number} ended {'with an' if shown.stage.error else 'without'} error"
    )
    if not entry.ended:
        return _disagree(life, shown, read, said, "is open")
    if bool(entry.error) != bool(shown.stage.error):
        return _disagree(life, shown, read, said, f"has ended {'with' if entry.error else 'without'} an error")
    return upheld(shown.exchange, read.exchange, proof="settled", subject=life.id)


def _disagree(life: Life, shown: Sight, read: InstanceRead | HistoryRead, said: str, found: str) -> Observation:
    other = _WHERE[_OTHER[shown.view]]
    return violated(
        life.instance.run,
        shown.exchange,
        read.exchange,
        expected=f"{other} agrees: {said}",
        observed=f"in {other} it {found}",
        proof="settled",
        subject=life.id,
        pointer=f"/data/{'' if other == 'history' else 'status/'}{shown.stage.number}",
    )


RULES: dict[str, Rule] = {"history.stages": stages, "history.agrees": agrees}
