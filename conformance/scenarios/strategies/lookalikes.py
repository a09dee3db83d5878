"""Themes about texts that look like something else: a duration, a date, a number, nothing."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    GetWorkflow,
    History,
    Read,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

PAIRS = (
    ("60s", "1m"),
    ("1h", "60m"),
    ("1.0", "1"),
    ("007", "7"),
    ("00", "0"),
    ("2024-01-01", "2024-01-01T00:00:00Z"),
    ("2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00"),
    ("true", "True"),
    ("NaN", "nan"),
    ("null", "None"),
    ("1e3", "1000"),
    ("", " "),
)
"""Texts of which a careless server takes one for the other."""

TEXTS = (*dict.fromkeys(text for pair in PAIRS for text in pair), "🚀", "批准", "false", "[]", "{}", "0x10", "-0")
"""Every text of these, and some more."""


def look_alikes(d: Draft) -> None:
    """Texts are kept as they are in names of events, in metadata, keys included, and in variables."""
    pairs = d.some([pair for pair in PAIRS if all(text.strip() for text in pair)], 3, 3)
    values = {f"k{number}": text for number, text in enumerate(d.shuffled(TEXTS))}
    money: list[StageConfig] = []
    if d.ledger:
        money = [words.send("world", d.account(), d.amount(), metadata=values)]
    awaited = [words.wait_for(real if number else f"${{{real}}}") for number, (real, _) in enumerate(pairs)]
    # Each text is a key, and what some variable says.
    named = {f"v{number}": text for number, text in enumerate(d.shuffled(TEXTS))}
    placed = dict(zip(TEXTS, (f"${{{name}}}" for name in named), strict=True))
    keys = [words.update(d.account(), placed)] if d.ledger else []
    workflow = d.create(awaited[0], *money, *awaited[1:], *keys, name=d.pick(TEXTS))
    instance = d.run(workflow, {text: text for text in TEXTS} | named)
    d.add(GetWorkflow(workflow))
    for number, (real, other) in enumerate(pairs):
        stage = number + (len(money) if number else 0)
        d.add(Until(instance, "waiting", stage), Send(instance, other), Settle(), Read(instance), History(instance))
        d.add(Send(instance, real))
    d.add(Until(instance, "ended"), History(instance), *(StageHistory(instance, str(n)) for n in (1, len(awaited) + 1)))


_TEXTS = ("workflow.create-echo", "history.stages", "run.variables")

THEMES = (Theme("look-alikes", look_alikes, (*_TEXTS, "event.other", "event.matching"), 2),)
