"""Themes about instances that run by themselves: waiting for their end, long programs, failures, variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Discover,
    History,
    Pause,
    Read,
    Run,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_LATE = 12


def _in_a_row(values: Mapping[str, str]) -> tuple[str, str]:
    """References to variables one right behind the other, since two may be taken for one, and what becomes of them.

    Where two values would make a reference of their own, which is open, a blank keeps them apart.
    """
    references = filled = ""
    for name, value in values.items():
        between = " " if filled.endswith("$") else ""
        references += f"{between}${{{name}}}"
        filled += between + value
    return references, filled


def _awkward_values(d: Draft) -> dict[str, str]:
    """A value for each name. Whatever is drawn, one is telling, one is empty, and those of names that differ in case
    differ.
    """
    values = {key: d.pick(words.AWKWARD) for key in d.shuffled(words.KEYS)}
    telling, empty = d.some(words.KEYS, 2, 2)
    values |= {telling: words.TELLING_VALUE, empty: ""}
    return values if values["order"] != values["Order"] else values | {"Order": f"not {values['order']}"}


def waited_for(d: Draft) -> None:
    """wait=true answers when all stages have ended, and says so; a variable is as good as without it."""
    variables = d.pick((None, {}, {"x": "1"}, {"x": "2"}))
    named = (words.update(d.account(), {"k": "of ${x}"}),) if variables and d.ledger else ()
    workflow = d.create(*named, *d.quick_stages(0, 3))
    instance = d.run(workflow, variables, wait=True)
    d.add(Read(instance), History(instance))


def not_waited_for(d: Draft) -> None:
    """With wait=false, or without wait, the answer comes although a stage lasts for long."""
    workflow = d.create(d.pick((words.wait_for(d.event()), words.hour())), *d.quick_stages(0, 1))
    instances = [d.run(workflow, d.pick((None, {})), wait) for wait in d.shuffled((False, None))]
    d.add(d.look(instances[0]), Settle(), *(view(each) for each in instances for view in (Read, History)))


def waited_long(d: Draft) -> None:
    """wait=true of a program that lasts ten seconds: servers and gateways may lose patience, and answer too early.

    Two clients wait so, each for a run of its own, one later. Another one does not wait for its run, and need not wait
    for theirs either: that would take longer than the first stage. It cancels its own, which ends no wait for another
    instance.
    """
    workflow = d.create(words.delay(d.number(38, 42) * 100), words.delay(d.number(65, 72) * 100), *d.quick_stages(0, 1))
    patient, other, hasty = (d.new_run(workflow, wait=wait) for wait in (True, True, None))
    # On a slow target the first one's instance has begun by then.
    later = Chain((Pause(d.number(25, 35) * 100), other))
    d.add(Together((patient, later, Chain((Pause(d.number(2, 4) * 100), hasty, Pause(200), Cancel(hasty.ref))))))
    d.add(*(view(run.ref) for run in (patient, other, hasty) for view in (Read, History)))


def waited_side_by_side(d: Draft) -> None:
    """Two clients wait for instances of one workflow, one of which ends first; a third does not, or is cancelled."""
    workflow = d.create(words.delay(d.number(41, 45) * 100), words.noop())
    first, second, hasty = (d.new_run(workflow, wait=wait) for wait in (True, True, None))
    left = (hasty, Pause(200), Cancel(hasty.ref)) if d.number(0, 2) else (hasty,)
    lanes = (first, Chain((Pause(d.number(6, 9) * 100), second)), Chain((Pause(d.number(1, 3) * 100), *left)))
    d.add(Together(lanes), *(Read(run.ref) for run in (first, second, hasty)))


def left_by_its_client(d: Draft) -> None:
    """A client goes away before the end that it waits for: its instance goes on, and hears the event."""
    event = d.event()
    workflow = d.create(*d.quick_stages(0, 1), words.wait_for(event), *d.quick_stages(0, 2))
    run = replace(d.new_run(workflow, d.pick((None, {})), wait=True), leaves=True)
    d.add(run, Discover(run.ref, workflow), Until(run.ref, "waiting"), Settle(), Read(run.ref), History(run.ref))
    d.add(Send(run.ref, event), Until(run.ref, "ended"), Read(run.ref), History(run.ref))


def _watched(run: Run) -> Together:
    """A run that one client waits for, while another one looks for its instance, and sees that end."""
    return Together((run, Chain((Discover(run.ref, run.workflow), Until(run.ref, "ended")))))


def waited_for_failure(d: Draft) -> None:
    """A program whose stage fails: a waiting client learns it, the end is final, and the next run is unaffected."""
    kind, good = d.pick((("duration", "300ms"), ("until", "2020-01-01T00:00:00Z")))
    failing: StageConfig = {"delay": {kind: "${length}"}}
    # What a failure does to the next run shows in its delay, too.
    workflow = d.create(words.delay(400), *d.quick_stages(0, 1), failing, *d.quick_stages(0, 2))
    sibling = d.run(workflow, {"length": {"duration": "1h", "until": "2091-05-05T05:05:05Z"}[kind]})
    # Where instances that fail never end, nobody learns it from a run whose answer is waited for.
    d.add(Until(d.run(workflow, {"length": "soon"}), "ended"))
    # It is the first run that a client waits for: of two without an answer nobody knows which instance is whose.
    run = d.new_run(workflow, {"length": d.pick(("soon", "never", "later"))}, wait=True)
    reads = (Settle(), Read(run.ref), History(run.ref))
    d.add(_watched(run), Until(run.ref, "ended"), *reads)
    d.add(*d.shuffled([Send(run.ref, d.event()), Cancel(run.ref)]), *reads)
    d.add(Until(d.run(workflow, {"length": good}, wait=d.flip()), "ended"), Read(sibling), History(sibling))


def program(d: Draft) -> None:
    """A program of quick stages of every kind, read while it runs."""
    instance = d.start(*d.quick_stages(1, 6))
    for _ in range(d.number(0, 5)):
        d.add(d.look(instance), Pause(d.number(0, 80)))
    d.add(Until(instance, "ended"))


def long_program(d: Draft) -> None:
    """Up to fifty stages, more than a page of few may hold; variables still have their values in late ones."""
    count, event = d.pick((50, 49, 40, 33)), d.event()
    stages = [d.quick_stage() if number % 10 == 7 else words.noop() for number in range(count - 1)]
    if d.ledger:
        # Of its number neither digit alone leads to a stage that has activities.
        stages[_LATE] = words.update(d.account(), {"k": "late"})
    values = _awkward_values(d)
    references, filled = _in_a_row(values)
    instance = d.run(
        d.create(*stages, words.wait_for(f"${{name}}: {references}")), {**values, **words.UNUSED, "name": event}
    )
    d.add(Until(instance, "waiting", count - 1), Send(instance, f"{event}: {filled}"), Until(instance, "ended"))
    d.add(*(StageHistory(instance, str(number)) for number in (0, _LATE, count - 1, count)))


def very_long_program(d: Draft) -> None:
    """More stages than a number of one byte, with a sign or without, can tell apart."""
    count = d.number(260, 265)
    instance = d.start(*[words.noop()] * (count - 1), words.wait_for("go"))
    d.add(Until(instance, "waiting", count - 1), Send(instance, "go"), Until(instance, "ended"))
    d.add(*(StageHistory(instance, str(number)) for number in (3, 127, 128, 255, 256, count - 1, count)))


def no_stages(d: Draft) -> None:
    """A workflow without stages terminates at once: maybe before a server waits for the end, which another one sees."""
    workflow = d.create(name=d.pick((None, *words.NAMES)))
    waited = d.new_run(workflow, d.pick((None, {})), wait=True)
    d.add(_watched(waited))
    instance = d.run(workflow, d.pick((None, {})))
    d.add(Read(instance), History(instance), StageHistory(instance, "0"), Until(instance, "ended"))


def variables(d: Draft) -> None:
    """Values travel unchanged into event names: alone, within text, twice, and side by side with others."""
    values = _awkward_values(d)
    key, value = next(iter(values.items()))
    # A dollar without braces refers to nothing.
    bare = " ".join(f"${name}" for name in values)
    references, filled = _in_a_row(values)
    event = d.pick((f"go-${{{key}}}", f"${{{key}}}-${{{key}}}", f"a ${{{key}}} b"))
    number = d.pick(("42", "007", "1e3", "true"))
    workflow = d.create(words.wait_for(event), words.wait_for(f"then {references} {bare}"), words.wait_for("${number}"))
    # A server that keeps but so many of them keeps the first ones.
    many = {f"unused-{number}": str(number) for number in range(d.pick((0, 12, 120)))}
    # Nothing refers to these, which others' names begin or end with.
    parts = {part: f"only {part}" for part in ("k", "ord", "key", "num", "ber", "space")}
    instance = d.run(workflow, {**many, **parts, **words.UNUSED, **values, "number": number})
    d.add(Until(instance, "waiting", 0), Send(instance, event), Settle(), History(instance))
    d.add(
        Send(instance, event.replace(f"${{{key}}}", value)), Until(instance, "waiting", 1), Settle(), History(instance)
    )
    d.add(Send(instance, f"then {filled} {bare}"), Until(instance, "waiting", 2), Settle(), History(instance))
    d.add(Send(instance, number), Until(instance, "ended"))


def variables_of_two_runs(d: Draft) -> None:
    """Two runs of one workflow with different values, moved on in turns: no value leaks. Another one begins meanwhile,
    at its first stage.
    """
    workflow = d.create(words.wait_for("one-${x}"), *d.quick_stages(0, 1), words.wait_for("two-${x}-${y}"))
    values = d.some(words.AWKWARD[2:], 2, 2)
    others = [{"y": d.pick(words.AWKWARD), **words.UNUSED} for _ in values]
    runs = [(d.run(workflow, {"x": value, **more}), value) for value, more in zip(values, others, strict=True)]
    d.add(*(Until(instance, "waiting", 0) for instance, _ in runs))
    for instance, value in d.shuffled(runs):
        d.add(Send(instance, f"one-{value}"), d.look(instance))
    d.add(Settle(), *(History(instance) for instance, _ in runs))
    late = d.run(workflow, {"x": values[0], "y": "late", **words.UNUSED})
    d.add(Until(late, "waiting", 0), Read(late), History(late))


def variables_at_once(d: Draft) -> None:
    """Runs with different values at the same instant, and their histories read at one; a reference in the workflow's
    name stays what it is.
    """
    workflow = d.create(words.wait_for("${x}!"), words.noop(), name=d.pick(("${x}", "run ${x} now")))
    runs = [d.new_run(workflow, {"x": value, **words.UNUSED}) for value in d.some(words.AWKWARD[2:], 4, 5)]
    d.add(Together(tuple(runs)), Settle(), Together(tuple(History(run.ref) for run in runs)))


def long_texts(d: Draft) -> None:
    """A variable longer than columns and buffers are often made, as an event's name: only its last letter tells."""
    text = d.pick(("long ", "lång ", "a\\b ")) * 6000 + f"end {d.number(10, 99)}"
    workflow = d.create(words.wait_for("${text}"), words.noop())
    instance = d.run(workflow, {"text": text})
    d.add(Until(instance, "waiting", 0), Send(instance, f"{text[:-1]}x"), Settle(), History(instance))
    d.add(Send(instance, text), Until(instance, "ended"), Read(instance), History(instance))


def open_variables(d: Draft) -> None:
    """Placeholders without a value, or in a value: what becomes of them is open, but another run's value it is not.

    A server may keep values with each of its workers, so there are several runs without one, and runs of other
    scenarios are given the same.
    """
    workflow = d.create(words.wait_for("${missing}"), words.wait_for("a-${x}"))
    other = workflow if d.flip() else d.create(words.wait_for("${missing}"))
    d.run(other, words.UNUSED)
    instances = [d.run(workflow, given) for given in d.shuffled((None, {"x": d.pick(words.OPEN_VALUES)}))]
    d.add(Settle(), *(view for instance in instances for view in (Read(instance), History(instance))))


_ENDS = ("run.completes", "stage.sequence", "stage.all-done", "history.stages", "run.terminated-at")

THEMES = (
    Theme("waited-long", waited_long, ("run.wait", "run.no-wait", *_ENDS), once=True),
    Theme("waited-side-by-side", waited_side_by_side, ("run.wait",), 2),
    Theme("waited-for", waited_for, ("run.wait", *_ENDS), 3),
    Theme("not-waited-for", not_waited_for, ("run.no-wait", "run.created", "run.then-get"), 2),
    Theme("left-by-its-client", left_by_its_client, ("stage.waits", "run.completes", "run.then-list"), 1),
    Theme("failing-stage", waited_for_failure, ("run.stage-fails", "run.wait", "history.agrees"), 3),
    Theme("program", program, (*_ENDS, "stage.monotone"), 4),
    Theme("long-program", long_program, (*_ENDS, "stage-history.started"), once=True),
    Theme("very-long-program", very_long_program, (*_ENDS, "stage-history.started"), once=True),
    Theme("no-stages", no_stages, ("run.completes", "stage-history.not-started", "workflow.create-echo"), 1),
    Theme("variables", variables, ("run.variables", "history.stages", "event.other"), 4),
    Theme(
        "variables-of-two-runs",
        variables_of_two_runs,
        ("run.variables", "run.isolated", "stage.sequence", "history.stages"),
    ),
    Theme("variables-at-once", variables_at_once, ("run.variables",), 2),
    Theme("long-texts", long_texts, ("run.variables",), once=True),
    Theme("open-variables", open_variables, ("run.variables", "envelope.no-5xx", "cancel.terminates"), 2),
)
