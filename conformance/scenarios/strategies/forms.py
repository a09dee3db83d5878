"""Themes about forms of HTTP: what the same request written in another way means is the same."""

from __future__ import annotations

from collections.abc import Callable

from conformance.scenarios.scenario.model import (
    Cancel,
    Delete,
    GetWorkflow,
    History,
    ListInstances,
    Read,
    Send,
    Settle,
    StageHistory,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme
from conformance.target.forms import Form


def _written(*forms: Form) -> Callable[[Draft], None]:
    """A life of a workflow and of an instance, every operation of theirs in these forms."""

    def write(d: Draft) -> None:
        d.forms = forms
        event = d.event()
        # A body of more than a chunk, and texts whose bytes tell the charset.
        workflow = d.create(words.wait_for(f"${{who}} {event}"), words.wait_for("end"), name=d.pick(words.NAMES))
        d.add(GetWorkflow(workflow))
        who = d.pick(("größer", "工作"))
        instance = d.run(workflow, {"who": who})
        d.add(Until(instance, "waiting", 0), StageHistory(instance, "0"), ListInstances(workflow))
        d.add(Send(instance, f"{who} {event}"), Settle(), Read(instance), History(instance))
        d.add(
            ListInstances(workflow), Cancel(instance), Until(instance, "ended"), Delete(workflow), GetWorkflow(workflow)
        )

    return write


def _created(*forms: Form) -> Callable[[Draft], None]:
    """Workflows in these forms that nobody runs, which costs a slow target next to nothing."""

    def write(d: Draft) -> None:
        d.forms = forms
        workflow = d.create(words.wait_for("größer 工作"), *d.quick_stages(0, 2), name=d.pick(words.NAMES))
        d.add(GetWorkflow(workflow), ListInstances(workflow), Delete(workflow), GetWorkflow(workflow))

    return write


_RULES = ("workflow.create-echo", "workflow.create-then-get", "run.variables", "event.matching", "cancel.terminates")

THEMES = (
    Theme("written-otherwise", _written("charset", "encoded", "accepting", "spaced"), _RULES, 1),
    Theme("in-chunks", _written("chunked"), _RULES, 1),
    Theme("created-otherwise", _created("charset", "encoded", "accepting", "spaced"), _RULES[:2], 1),
    Theme("created-in-chunks", _created("chunked"), _RULES[:2], 1),
)
