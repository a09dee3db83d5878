"""Themes about workflows: creating, reading and deleting them, alone, at once, and by the dozen."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    MARKER,
    Cancel,
    Chain,
    CreateRaw,
    Delete,
    Discover,
    GetWorkflow,
    History,
    ListInstances,
    ListWorkflows,
    Read,
    Run,
    RunRaw,
    Send,
    Settle,
    StageConfig,
    Step,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_BATCH = 10
# Keys of metadata are seldom longer.
_KEY = 64
# Readers that call themselves for each level run out of stack.
_LEVELS = 3000
_DEEP = f'{{"name":"{MARKER}","stages":{"[" * _LEVELS}{"]" * _LEVELS}}}'


def _any_stage(d: Draft) -> StageConfig:
    if d.number(0, 3):
        return d.quick_stage()
    return d.pick(
        (words.wait_for(d.event()), words.hour(), _rich_send(d), words.update("a", {"k": d.pick(words.AWKWARD)}))
    )


def _rich_send(d: Draft) -> StageConfig:
    source = {"account": {"id": "${from}", "ledger": "other", "allowOverdraft": d.flip(), "throughAccount": "via"}}
    destination = {"wallet": {"id": d.pick(words.AWKWARD[2:]), "balance": "main"}}
    amount = {"amount": d.pick((0, 1, 10**40 + 7)) + d.number(0, 99), "asset": "USD/2"}
    stamp = "2024-02-29T23:59:59.123456789Z"
    return {"send": {"source": source, "destination": destination, "amount": amount, "timestamp": stamp}}


def every_config(d: Draft) -> None:
    """Configurations of every kind come back as they were sent, in every view."""
    stages = [_any_stage(d) for _ in range(d.number(0, 6))]
    workflow = d.create(*stages, name=d.pick((None, *words.NAMES)))
    d.add(GetWorkflow(workflow), ListWorkflows())


def every_name(d: Draft) -> None:
    """A workflow of each name that a careless server mangles, none of which is run."""
    creations = [d.new_workflow(d.quick_stages(0, 1), name) for name in d.shuffled((*words.NAMES, words.LONG_NAME))]
    d.add(*(Together(tuple(creations[at : at + _BATCH])) for at in range(0, len(creations), _BATCH)), ListWorkflows())


def every_text(d: Draft) -> None:
    """Stages that hold each text that a careless server mangles, in every place for texts, and sends of every form.

    None of them is run.
    """
    texts = d.shuffled([text for text in words.AWKWARD if text])
    half = len(texts) // 2
    held = {text: text for text in texts if len(text) < _KEY} | {f"key-{number}": str(number) for number in range(40)}
    held |= {key: f"of {key}" for key in (words.TELLING_KEY, *words.KEYS)}
    money = words.send("world", "a", 1 + d.number(0, 99), "usd/2", metadata=held)
    stages = [words.wait_for(f" {text} " if number % 4 == 0 else text) for number, text in enumerate(texts)]
    many = [words.noop()] * d.number(130, 140)
    updates = [words.update("Acc:Ünï", held), words.update("a", {}), words.update("b", {"k": "x" * 5000})]
    # What is asked for twice is no repetition.
    alike = (words.hour(), words.until(words.FINE_MOMENT), words.wait_for("again"), words.update("a", {}), money)
    twice = [stage for stage in alike for _ in range(2)]
    for some in (stages[:half], stages[half:], [money, *updates], many, twice, list(words.sends_of_every_form())):
        d.add(GetWorkflow(d.create(*some)))


# The largest double has 309 digits, and some readers of JSON refuse more than a thousand.
_DIGITS, _HUGE = (17, 20, 25, 40, 80), (310, 1_100)


def exact_numbers(d: Draft) -> None:
    """Amounts that no binary float holds. What is huge stands alone: it may be refused with all beside it."""
    big, *huge = [
        [words.send("world", d.account(), 10**digits + d.number(1, 10**6)) for digits in some]
        for some in (d.shuffled(_DIGITS), *([each] for each in _HUGE))
    ]
    for stages in (big, *huge):
        d.add(GetWorkflow(d.create(*stages, name="big")))
    d.add(ListWorkflows())


def same_config(d: Draft) -> None:
    """One configuration, created twice, one after the other or at once, gives two workflows."""
    stages, name = d.quick_stages(0, 3), d.pick((None, *words.NAMES))
    creations: list[Step] = [d.new_workflow(stages, name) for _ in range(d.number(2, 4))]
    d.add(*([Together(tuple(creations))] if d.flip() else creations), ListWorkflows())
    # Listed just before and just after: what a server remembers of the list is out of date at once.
    d.add(Delete("w1"), ListWorkflows(), GetWorkflow("w2"), GetWorkflow("w1"), ListWorkflows())


def created_at_once(d: Draft) -> None:
    """Workflows created at the same instant, five of them of one configuration, while others list.

    A slow target takes up requests of one moment over a tenth of a second, so of two hardly any are taken up at once.
    """
    lanes: list[Step] = [d.new_workflow(d.quick_stages(0, 2), f"n{number}") for number in range(d.number(2, 3))]
    same = d.quick_stages(0, 1)
    lanes += [d.new_workflow(same, "same") for _ in range(5)]
    lanes += [ListWorkflows()] * d.number(0, 2)
    d.add(Together(tuple(d.shuffled(lanes))), ListWorkflows())


def many_workflows(d: Draft, count: int) -> None:
    """More workflows than a page of lists may hold; all are listed, none is run."""
    stages = (words.noop(),)
    creations = [d.new_workflow(stages, f"many-{number}") for number in range(count)]
    d.add(*(Together(tuple(creations[at : at + _BATCH])) for at in range(0, count, _BATCH)))
    d.add(ListWorkflows(), Delete(f"w{d.number(1, count)}"), ListWorkflows())


def a_few_dozen(d: Draft) -> None:
    """Thirty workflows."""
    many_workflows(d, 30 + d.number(0, 4))


def a_gross(d: Draft) -> None:
    """More than a hundred and twenty workflows."""
    many_workflows(d, 120 + d.number(5, 20))


def delete_and_after(d: Draft) -> None:
    """A deleted workflow is gone at once and for good: it is not read, run, listed or deleted again."""
    other = d.create(*d.quick_stages(0, 1), name="kept")
    workflow = d.create(*d.quick_stages(0, 2))
    # Read and listed just before: what a server remembers of these answers is out of date at once.
    d.add(GetWorkflow(workflow), ListWorkflows(), Delete(workflow))
    run, waited = d.shuffled([Run("i8", workflow, {}), Run("i9", workflow, wait=True)])
    # One of several servers may know it still.
    more = [Run(f"i{number}", workflow, {}) for number in (6, 7)]
    others = [GetWorkflow(workflow), ListWorkflows(), waited, *more, RunRaw(workflow, "[]"), Delete(workflow)]
    d.add(run, GetWorkflow(workflow), *d.shuffled(others))
    d.add(GetWorkflow(other), ListInstances(workflow), ListWorkflows())


def delete_while_running(d: Draft) -> None:
    """Deleted while an instance runs: the instance stays readable, and listed by the workflow's id."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(0, 1))
    instance = d.run(workflow)
    if d.flip():
        d.add(Until(instance, "waiting", 0))
    d.add(Delete(workflow), Read(instance), History(instance), ListInstances(workflow), GetWorkflow(workflow))
    d.add(*d.shuffled((Run("i9", workflow), Delete(workflow), Send(instance, event), ListWorkflows())))
    d.add(Settle(), Read(instance), ListInstances(workflow))


def delete_while_waiting(d: Draft) -> None:
    """Deleted while an instance waits: as long as it is seen running, it is among the running ones, and it hears."""
    event = d.event()
    workflow = d.create(words.wait_for(event))
    instance = d.run(workflow)
    d.add(Until(instance, "waiting", 0), Delete(workflow), Settle())
    d.add(ListInstances(workflow, running=True), ListInstances(running=True))
    # Settling waits for the last thing that was asked for, so that there must be one. Twice, for only what is read
    # running long after a list ran on then, and a settle time may prove longer than it seemed.
    for other in (f"{event}-not", f"not-{event}"):
        d.add(Send(instance, other), Settle(), Read(instance))
    d.add(Send(instance, event), Settle(), Read(instance))


def delete_and_go_on(d: Draft) -> None:
    """Deleted during a delay: where the instance goes on, it hears, keeps its variables, and can still be cancelled.

    The delay outlasts the settle time of a slow target. So a stage that starts after it proves that the instance goes
    on, and what comes then is held to every rule.
    """
    event = d.event()
    workflow = d.create(words.delay(9000), words.wait_for(event), words.wait_for("for ${who}"), words.noop())
    instance = d.run(workflow, {"who": f"the deleted {event}"})
    d.add(Until(instance, "started", 0), Delete(workflow), Settle(), Read(instance), History(instance))
    d.add(Until(instance, "waiting", 1), Send(instance, f"{event}-not"), Settle(), Read(instance))
    d.add(Send(instance, event), Until(instance, "started", 2), Settle(), Read(instance), History(instance))
    d.add(Cancel(instance), Settle(), Read(instance), History(instance))


def delete_after_end(d: Draft) -> None:
    """Deleted when its instances have ended; they stay."""
    workflow = d.create(*d.quick_stages(0, 2))
    instance = d.run(workflow, wait=d.flip())
    d.add(Until(instance, "ended"), Delete(workflow), Settle(), Read(instance), ListInstances(workflow))
    d.add(History(instance), ListWorkflows())


def deleted_at_once(d: Draft) -> None:
    """Several clients delete one workflow, while others read it, or create another one, which stays."""
    workflow = d.create(*d.quick_stages(0, 1))
    lanes: list[Step] = [Delete(workflow) for _ in range(d.number(2, 5))]
    lanes += d.some((GetWorkflow(workflow), ListWorkflows()), 0, 2)
    lanes += [d.new_workflow([words.noop()], "created beside a deletion") for _ in range(2)]
    d.add(Together(tuple(d.shuffled(lanes))), GetWorkflow(workflow), ListWorkflows(), Delete(workflow))


def deleted_beside(d: Draft) -> None:
    """Deleted at the instant at which it is run, and its instance sent an event or cancelled: nothing breaks of it."""
    event = d.event()
    workflow = d.create(words.wait_for(event), *d.quick_stages(0, 1))
    instance, late = d.run(workflow), d.new_run(workflow)
    act = d.pick((Send(instance, event), Cancel(instance)))
    lanes: list[Step] = [Delete(workflow), late, act, Read(instance), ListInstances(workflow)]
    d.add(Until(instance, "waiting", 0), Together(tuple(d.shuffled(lanes))), Settle(), Read(instance))
    d.add(History(instance), ListInstances(workflow))


def deleted_while_waited_for(d: Draft) -> None:
    """Deleted while a client waits for its run, which is answered all the same if the instance goes on."""
    workflow = d.create(words.delay(d.number(15, 25) * 100), *d.quick_stages(0, 1))
    run = d.new_run(workflow, wait=True)
    d.add(Together((run, Chain((Discover(run.ref, workflow), Delete(workflow))))), Read(run.ref), History(run.ref))


def large(d: Draft) -> None:
    """A configuration, variables and an event of more than 64 KiB, one nested deeply: servers may refuse them."""
    text = d.pick(("x", "é", "批")) * d.number(66_000, 70_000)
    workflow = d.create(words.wait_for(text), name="large")
    d.add(GetWorkflow(workflow), Delete(workflow), CreateRaw(_DEEP))
    instance = d.run(d.create(words.wait_for("small")), {"large": text})
    d.add(Send(instance, text))


_CREATE = ("workflow.create-echo", "workflow.create-then-get", "workflow.create-then-list", "workflow.immutable")
_DELETE = ("workflow.delete", "workflow.get-deleted")

THEMES = (
    Theme("every-config", every_config, _CREATE, 6),
    Theme("every-name", every_name, _CREATE, once=True),
    Theme("every-text", every_text, _CREATE, once=True),
    Theme("exact-numbers", exact_numbers, ("workflow.exact-numbers", *_CREATE), 3),
    Theme("same-config", same_config, ("workflow.create-distinct", *_CREATE, *_DELETE), 3),
    Theme("created-at-once", created_at_once, ("workflow.create-distinct", *_CREATE), 2),
    Theme("a-few-dozen", a_few_dozen, ("workflow.create-then-list",), once=True),
    Theme("a-gross", a_gross, ("workflow.create-then-list",), once=True),
    Theme("delete-and-after", delete_and_after, (*_DELETE, "workflow.run-deleted", "workflow.delete-deleted"), 4),
    Theme("delete-while-running", delete_while_running, (*_DELETE, "workflow.delete-keeps-instances"), 4),
    Theme("delete-while-waiting", delete_while_waiting, ("list.running", "workflow.delete-keeps-instances"), 1),
    Theme(
        "delete-and-go-on",
        delete_and_go_on,
        ("run.variables", "cancel.terminates", "workflow.delete-keeps-instances"),
        1,
    ),
    Theme("delete-after-end", delete_after_end, (*_DELETE, "workflow.delete-keeps-instances"), 2),
    Theme("deleted-at-once", deleted_at_once, (*_DELETE, "workflow.delete-deleted"), 3),
    Theme("deleted-beside", deleted_beside, ("envelope.no-5xx", "workflow.delete-keeps-instances"), 1),
    Theme("deleted-while-waited-for", deleted_while_waited_for, ("envelope.no-5xx", "run.wait"), 1),
    Theme("large", large, ("envelope.no-5xx",), once=True),
)
