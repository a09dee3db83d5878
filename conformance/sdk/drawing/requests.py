"""What SDKs are asked to send: arguments of calls."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.contract.api import V1
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.single_calls import ALL, Parts, asking
from conformance.sdk.drawing.values import PLAIN_TEXT

_RESERVED = "/?#% &+;=:@,$!'()*[]|\\^\"<>`{}~-._a"
# Each of the characters that cut a path or a query is there for sure, whatever is drawn besides.
RESERVED_IDS = st.sampled_from(["a/b", "a?b", "a#b", "a%2Fb", "a b", "a&b=c", "a+b", "100%"]) | st.text(
    st.sampled_from(_RESERVED), min_size=1, max_size=8
).filter(lambda text: text.strip(".") != "")
UNICODE_IDS = st.sampled_from(["é", "漢", "a😀"]) | st.text(
    st.sampled_from("aß é漢😀ø"), min_size=1, max_size=6
).filter(lambda text: text.strip() == text)
_NAMES = PLAIN_TEXT.filter(bool)


def plain_calls(theme: str) -> st.SearchStrategy[Case]:
    """Any operation, with ordinary arguments."""
    return st.sampled_from(ALL).map(lambda operation: asking(theme, operation))


def paths(theme: str, ids: st.SearchStrategy[str]) -> Parts:
    """Each operation with ids in its path."""

    def of(operation: str) -> st.SearchStrategy[Case]:
        names = V1.by_action[operation].path_parameters
        chosen = {name: st.integers(0, 2**31 - 1) if name == "number" else ids for name in names}
        return st.fixed_dictionaries(chosen).map(lambda given: asking(theme, operation, **given))

    return tuple(of(name) for name in ALL if V1.by_action[name].path_parameters)


@st.composite
def queries(draw: st.DrawFn, theme: str, name: str) -> Case:
    """An operation with one of its query parameters given, or left out."""
    operation = "runWorkflow" if name == "wait" else "listInstances"
    value = draw(RESERVED_IDS | UNICODE_IDS if name == "workflowID" else st.booleans())
    return asking(theme, operation, **(draw(st.sampled_from([{name: value}] * 3 + [{}]))))


def bodies(theme: str, leaves: st.SearchStrategy[Any], text: st.SearchStrategy[str]) -> Parts:
    """Calls whose body holds these leaves: in the free-form parameters of a stage, and text wherever text may be."""
    created = st.builds(
        lambda key, value, name: asking(
            theme, "createWorkflow", body={"name": name, "stages": [{"update": {"a": value, key: [value]}}]}
        ),
        text.filter(bool),
        leaves,
        text,
    )
    run = st.dictionaries(text.filter(bool), text, max_size=3).map(lambda body: asking(theme, "runWorkflow", body=body))
    sent = text.filter(bool).map(lambda name: asking(theme, "sendEvent", body={"name": name}))
    return created, run, sent


def numbers(theme: str, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    """Workflows with these numbers: as an amount of money, and anywhere in a stage's parameters."""
    return numbers.map(
        lambda number: asking(
            theme, "createWorkflow", body={"stages": [{"send": {"amount": {"amount": number, "asset": "EUR/2"}}}]}
        )
    )


@st.composite
def stages(draw: st.DrawFn, theme: str) -> Case:
    """A workflow with stages of every kind."""
    kinds = [
        st.just({"noop": {}}),
        st.sampled_from(["1s", "2m", "250ms"]).map(lambda text: {"delay": {"duration": text}}),
        _NAMES.map(lambda text: {"wait_event": {"event": text}}),
        st.builds(
            lambda name, amount: {
                "send": {
                    "source": {"account": {"id": name, "ledger": "default"}},
                    "destination": {"wallet": {"id": name, "balance": "main"}},
                    "amount": {"amount": amount, "asset": "USD/2"},
                    "metadata": {name: name},
                }
            },
            _NAMES,
            st.integers(1, 10**6),
        ),
        st.builds(lambda a, b: {"update": {"account": {"id": a, "ledger": b, "metadata": {a: b}}}}, _NAMES, _NAMES),
    ]
    found = draw(st.lists(st.one_of(kinds), max_size=4))
    return asking(theme, "createWorkflow", body={"name": draw(PLAIN_TEXT), "stages": found})


def absent(theme: str) -> st.SearchStrategy[Case]:
    """Optional parts left out, and null where a free-form value may be null."""
    return st.sampled_from(
        [
            asking(theme, "createWorkflow", body={"stages": []}),
            asking(theme, "createWorkflow", body={"stages": [{"custom": {"a": None, "b": {"c": None}}}]}),
            asking(theme, "createWorkflow", body={"stages": [{"send": {"metadata": {}}}]}),
        ]
    )


def empty_maps(theme: str) -> st.SearchStrategy[Case]:
    """Empty maps and arrays, which are not the same as nothing."""
    return st.sampled_from(
        [
            asking(theme, "createWorkflow", body={"stages": []}),
            asking(theme, "createWorkflow", body={"stages": [{"noop": {}}]}),
            asking(theme, "createWorkflow", body={"stages": [{"send": {"metadata": {}, "list": []}}]}),
        ]
    )


def without_body(theme: str) -> st.SearchStrategy[Case]:
    """Calls that have nothing to say in a body."""
    silent = [name for name in ALL if not V1.by_action[name].body]
    return st.sampled_from(silent).map(lambda operation: asking(theme, operation))
