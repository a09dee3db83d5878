"""All cases: for each theme, named by the requirement that it is about, how its cases are drawn and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st

from conformance.sdk.drawing import clients, requests, unusual
from conformance.sdk.drawing.answers import READING
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.values import ANY_TEXT, HUGE, Palette, instants
from conformance.sdk.witness.answer import Answer

_SPECIAL_TEXT = st.one_of(
    ANY_TEXT, st.sampled_from(["\u0000", "a\u0000b", "\u2028", "é漢😀", '"\\', "\t\n\r", "\u007f"])
)
_BIG = st.one_of(
    st.integers(2**53 + 1, 2**63 - 1), st.integers(2**64 + 1, 2**66), st.integers(10**30, 10**40)
) | st.integers(-(2**70), -(2**53) - 1)
_DECIMALS = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**12), st.integers(1, 9))
_PLAIN = Palette()


BESIDE: Mapping[str, tuple[str, ...]] = {
    "sdk-request.operation": (
        "sdk-driver.protocol",
        "sdk-request.content-type",
        "sdk-request.accept",
        "sdk-request.no-extra-query",
        "sdk-request.once",
    ),
    "sdk-error.status": ("sdk-error.code", "sdk-error.message", "sdk-error.kind", "sdk-request.no-hidden-retry"),
    "sdk-error.closed": ("sdk-request.no-hidden-retry",),
    "sdk-error.html": ("sdk-error.kind",),
    "sdk-error.empty-body": ("sdk-error.kind",),
}
"""Requirements without cases of their own, by the theme whose cases are enough for them."""


@dataclass(frozen=True)
class Theme:
    """Cases about one requirement: their strategy, and how many of them are drawn in a run.

    ``feature``: what the driver must be able to do. ``apart``: the case takes long, and runs beside the others with a
    driver of its own.
    """

    requirement: str
    cases: st.SearchStrategy[Case]
    count: int = 12
    feature: str | None = None
    apart: bool = False


def _requests() -> Sequence[Theme]:
    name = "sdk-request."
    return [
        Theme(f"{name}operation", requests.plain_calls(f"{name}operation"), 30),
        Theme(f"{name}path-reserved", requests.paths(f"{name}path-reserved", requests.RESERVED_IDS), 40),
        Theme(f"{name}path-unicode", requests.paths(f"{name}path-unicode", requests.UNICODE_IDS), 25),
        Theme(f"{name}wait", requests.queries(f"{name}wait", "wait")),
        Theme(f"{name}running", requests.queries(f"{name}running", "running")),
        Theme(f"{name}workflow-id", requests.queries(f"{name}workflow-id", "workflowID"), 30),
        Theme(f"{name}body", requests.stages(f"{name}body"), 25),
        Theme(f"{name}body-unicode", requests.bodies(f"{name}body-unicode", _SPECIAL_TEXT, _SPECIAL_TEXT), 30),
        Theme(f"{name}body-integers", requests.numbers(f"{name}body-integers", _BIG)),
        Theme(f"{name}body-decimals", requests.numbers(f"{name}body-decimals", _DECIMALS)),
        Theme(f"{name}body-empty-maps", requests.empty_maps(f"{name}body-empty-maps"), 8),
        Theme(f"{name}body-absent", requests.absent(f"{name}body-absent"), 8),
        Theme(f"{name}no-body", requests.without_body(f"{name}no-body")),
    ]


def _reading(requirement: str, operations: tuple[str, ...], palette: Palette = _PLAIN, count: int = 20) -> Theme:
    return Theme(requirement, unusual.reading(requirement, operations, palette), count)


def _answers() -> Sequence[Theme]:
    name = "sdk-answer."
    workflows = ("createWorkflow", "getWorkflow", "listWorkflows")
    instances = ("runWorkflow", "getInstance", "listInstances")
    lists = ("listWorkflows", "listInstances", "getInstanceHistory", "getInstanceStageHistory")
    big = Palette(size=HUGE)
    return [
        _reading(f"{name}server-info", ("getServerInfo",), count=5),
        _reading(f"{name}workflow", workflows, count=30),
        _reading(f"{name}instance", instances, count=40),
        _reading(f"{name}history", ("getInstanceHistory",), count=30),
        Theme(f"{name}stage-kinds", unusual.kinds(f"{name}stage-kinds", _PLAIN), 60),
        _reading(f"{name}stage-history", ("getInstanceStageHistory",), count=20),
        Theme(f"{name}activity-input", unusual.activities(f"{name}activity-input", _PLAIN), 160),
        Theme(f"{name}activity-output", unusual.activities(f"{name}activity-output", _PLAIN), 160),
        _reading(f"{name}configuration", workflows),
        Theme(
            f"{name}integers",
            unusual.activities(f"{name}integers", big) | unusual.kinds(f"{name}integers", big),
            40,
        ),
        _reading(f"{name}instants", (*workflows, *instances), Palette(instant=instants(st.sampled_from([3, 6, 9])))),
        _reading(f"{name}text", READING, Palette(text=_SPECIAL_TEXT), count=30),
        _reading(f"{name}lists", lists),
        Theme(f"{name}no-content", requests.without_body(f"{name}no-content"), 5),
    ]


def _tolerance() -> Sequence[Theme]:
    name = "sdk-tolerance."
    parameters = (("content-type", "application/json; charset=utf-8"),)
    strange = (("Content-Type", "application/json;charset=UTF-8;profile=x"),)
    odd = st.sampled_from([parameters, strange])
    media = odd.flatmap(lambda headers: unusual.framed(f"{name}media-type", partial(Answer.but, headers=headers)))
    found = [
        Theme(f"{name}unknown-fields", unusual.unknown_fields(f"{name}unknown-fields"), 20),
        Theme(f"{name}absent-optionals", unusual.bare(f"{name}absent-optionals"), 20),
        Theme(f"{name}empty-status", unusual.instance_with(f"{name}empty-status", status=[]), 4),
        Theme(f"{name}media-type", media),
        Theme(f"{name}chunked", unusual.framed(f"{name}chunked", partial(Answer.but, chunked=True))),
        Theme(f"{name}gzip", unusual.framed(f"{name}gzip", partial(Answer.but, gzip=True))),
        Theme(f"{name}timestamps", unusual.times(f"{name}timestamps"), 40),
        Theme(f"{name}long-lists", unusual.long_history(f"{name}long-lists"), 5),
        Theme(f"{name}nulls", unusual.nulls(f"{name}nulls"), 6),
        Theme(f"{name}odd-element", unusual.odd_elements(f"{name}odd-element"), 25),
    ]
    return [replace(theme, cases=theme.cases.map(unusual.after_ordinary)) for theme in found]


def _errors() -> Sequence[Theme]:
    name = "sdk-error."
    page = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
    return [
        Theme(f"{name}status", unusual.refusals(f"{name}status"), 84),
        Theme(
            f"{name}unknown-code", unusual.refusals(f"{name}unknown-code", "CONFLICT").map(unusual.after_ordinary), 24
        ),
        Theme(
            f"{name}empty-body", unusual.bare_refusals(f"{name}empty-body", None, b"").map(unusual.after_ordinary), 24
        ),
        Theme(f"{name}html", unusual.bare_refusals(f"{name}html", "text/html", page).map(unusual.after_ordinary), 24),
        Theme(f"{name}closed", unusual.unanswered(f"{name}closed", "close"), 12),
        Theme(f"{name}no-answer", unusual.unanswered(f"{name}no-answer", "silence"), 5, apart=True),
    ]


def _clients() -> Sequence[Theme]:
    name = "sdk-client."
    secret = "credentials"
    return [
        Theme(f"{name}long-wait", st.just(clients.long_wait(f"{name}long-wait")), 1, apart=True),
        Theme(f"{name}no-mixing", clients.at_once(f"{name}no-mixing"), 2, feature="concurrency"),
        Theme(f"{name}second-client", clients.second_client(f"{name}second-client"), 4),
        Theme(f"{name}token-once", st.just(clients.tokens_once(f"{name}token-once")), 1, secret),
        Theme(f"{name}token-renewed", st.just(clients.tokens_expire(f"{name}token-renewed")), 1, secret),
        Theme(f"{name}token-after-401", st.just(clients.tokens_refused(f"{name}token-after-401")), 1, secret),
        Theme(f"{name}token-other-host", st.just(clients.redirected(f"{name}token-other-host")), 1, secret),
    ]


def all_themes() -> tuple[Theme, ...]:
    """Every theme, in the order of the catalogue."""
    return (*_requests(), *_answers(), *_tolerance(), *_errors(), *_clients())
