"""Themes in which a stage of each kind follows one of each kind: what one leaves behind shows in the next."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.scenarios.scenario.model import History, Read, Send, Settle, StageConfig, StageHistory, Until
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_PLAIN, _MONEY = ("noop", "delay", "until"), ("send", "update")


def each_after_each(kinds: Sequence[str]) -> list[str]:
    """A row in which each kind follows each, itself too, exactly once: an Euler circuit of all pairs."""
    left = {kind: list(kinds) for kind in kinds}
    path, row = [kinds[0]], list[str]()
    while path:
        if left[path[-1]]:
            path.append(left[path[-1]].pop())
        else:
            row.append(path.pop())
    return row[::-1]


def _stage(d: Draft, kind: str, number: int) -> StageConfig:
    """A stage that soon ends by itself, and has nothing in common with others of its kind."""
    if kind == "noop":
        return words.noop()
    if kind == "delay":
        return words.delay(d.milliseconds())
    if kind == "until":
        return words.until("2020-02-29T12:00:00Z")
    own = {f"of-{number}": f"what stage {number} alone writes"}
    if kind == "send":
        return words.send("world", d.account(), d.amount(), metadata=own)
    return words.update(d.account(), own)


def _kinds(d: Draft) -> list[str]:
    return d.shuffled((*_PLAIN, *_MONEY) if d.ledger else _PLAIN)


def each_kind_after_each(d: Draft) -> None:
    """One program in which each kind of stage that ends by itself follows each."""
    row = each_after_each(_kinds(d))
    instance = d.start(*(_stage(d, kind, number) for number, kind in enumerate(row)))
    booked = [str(number) for number, kind in enumerate(row) if kind in _MONEY]
    d.add(Until(instance, "ended"), Read(instance), History(instance))
    d.add(*(StageHistory(instance, number) for number in booked))


def waits_between_kinds(d: Draft) -> None:
    """Waits before and after each kind of stage, and one after another, for two names in turn: each hears its event."""
    kinds, names = _kinds(d), d.some(words.EVENTS, 2, 2)
    stages, awaited = list[StageConfig](), list[int]()
    for kind in (*kinds, "", None):
        awaited.append(len(stages))
        stages.append(words.wait_for(names[len(awaited) % 2]))
        if kind:
            stages.append(_stage(d, kind, len(stages)))
    instance = d.start(*stages)
    for count, number in enumerate(awaited, 1):
        d.add(Until(instance, "waiting", number), Send(instance, names[count % 2]))
    d.add(Until(instance, "ended"), Settle(), Read(instance), History(instance))


THEMES = (
    Theme(
        "each-kind-after-each",
        each_kind_after_each,
        ("run.completes", "run.delay-duration", "stage.sequence", "stage.all-done", "history.stages"),
        1,
    ),
    Theme("waits-between-kinds", waits_between_kinds, ("event.matching", "stage.waits", "event.once"), 1),
)
