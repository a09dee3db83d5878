"""Themes about tokens: without the right one every operation is refused, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable

from conformance.contract.api import V1
from conformance.contract.operations import Operation
from conformance.scenarios.scenario.model import (
    UNKNOWN,
    GetWorkflow,
    History,
    Intrude,
    ListInstances,
    ListWorkflows,
    Read,
    Send,
    Settle,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme
from conformance.trace import TokenKind

BAD: tuple[TokenKind, ...] = (
    "absent",
    "garbage",
    "altered",
    "other-case",
    "foreign",
    "unsigned",
    "in-query",
    "other-scheme",
    "scheme-alone",
    "expired",
)
"""Tokens, and what stands in their place, that let nobody in."""

_NOBODY: tuple[TokenKind, ...] = ("absent", "garbage")
_ABOUT_INSTANCES = "instanceID"
_MALFORMED = "{"


def _before_looking(token: TokenKind) -> list[Intrude]:
    """What would be refused anyway: who may not ask learns neither what there is nor what is wrong with a body."""
    unknown = [
        Intrude(
            operation.action,
            token,
            instance=UNKNOWN if _ABOUT_INSTANCES in operation.path_parameters else None,
            workflow=UNKNOWN if "flowId" in operation.path_parameters else None,
        )
        for operation in V1.operations
        if {"flowId", _ABOUT_INSTANCES} & set(operation.path_parameters)
    ]
    return [*unknown, Intrude("createWorkflow", token, body=_MALFORMED)]


def _intruding(token: TokenKind, asked: Callable[[Operation], bool] = lambda _: True) -> Callable[[Draft], None]:
    """A theme in which a token is shown for operations, in any order, on an instance that waits and on its workflow."""

    def write(d: Draft) -> None:
        event = d.event()
        instance = d.waiting(event, after=d.number(0, 1))
        workflow = d.create(words.noop())
        intrusions = [
            Intrude(
                operation.action,
                token,
                instance=instance if _ABOUT_INSTANCES in operation.path_parameters else None,
                workflow=workflow if {"flowId", "workflowID"} & set(operation.path_parameters) else None,
            )
            for operation in V1.operations
            if asked(operation)
        ]
        if token in _NOBODY:
            intrusions += [*_before_looking(token), Intrude("sendEvent", token, instance=instance, body=_MALFORMED)]
        d.add(*d.shuffled(intrusions), Settle(), Read(instance), History(instance), GetWorkflow(workflow))
        d.add(ListInstances(workflow), ListWorkflows(), Send(instance, event), Until(instance, "ended"))

    return write


def _theme(token: TokenKind, requirement: str, write: Callable[[Draft], None]) -> Theme:
    feature = "scopes" if requirement == "auth.scope" else "auth"
    return Theme(f"intruder-{token}", write, (requirement,), feature=feature, once=True)


THEMES = (
    *(_theme(token, "auth.missing", _intruding(token)) for token in BAD),
    _theme("read-only", "auth.scope", _intruding("read-only", lambda operation: operation.mutates)),
    _theme("write-only", "auth.scope", _intruding("write-only", lambda operation: not operation.mutates)),
)
