"""All cases: for each theme, named by the requirement that it is about, how its cases are drawn and how many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st

from conformance.sdk.drawing import clients, contents, refusals, requests, unusual
from conformance.sdk.drawing.answers import READING
from conformance.sdk.drawing.baselines import after_simple, after_twin
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.single_calls import Parts
from conformance.sdk.drawing.values import ANY_TEXT, BEYOND_DOUBLES, HUGE, PLAIN_TEXT, Palette, instants
from conformance.sdk.witness.answer import Answer

_SPECIAL_TEXT = st.one_of(
    ANY_TEXT, st.sampled_from(["\u0000", "a\u0000b", "\u2028", "é漢😀", '"\\', "\t\n\r", "\u007f"])
)
_BIG = BEYOND_DOUBLES | BEYOND_DOUBLES.map(lambda number: -number)
_DECIMALS = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**12), st.integers(1, 9))
_FINE = Palette(instant=instants(st.sampled_from([3, 6, 9])))
_WORKFLOWS = ("createWorkflow", "getWorkflow", "listWorkflows")
_INSTANCES = ("runWorkflow", "getInstance", "listInstances")
_LISTS = ("listWorkflows", "listInstances", "getInstanceHistory", "getInstanceStageHistory")


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
    """Cases about one requirement, in parts, and how many cases of each part are drawn in a run.

    ``feature``: what the driver must be able to do. ``apart``: the cases take long, and run beside the others with a
    driver of their own.
    """

    requirement: str
    parts: Parts
    count: int = 12
    feature: str | None = None
    apart: bool = False

    @property
    def cases(self) -> st.SearchStrategy[Case]:
        """The cases of all parts."""
        return st.one_of(self.parts)


def _one(requirement: str, cases: st.SearchStrategy[Case], count: int = 12) -> Theme:
    return Theme(requirement, (cases,), count)


def _after(change: Callable[[Case], Case], theme: Theme) -> Theme:
    return replace(theme, parts=tuple(part.map(change) for part in theme.parts))


def _requests() -> Sequence[Theme]:
    name = "sdk-request."
    return [
        _one(f"{name}operation", requests.plain_calls(f"{name}operation"), 30),
        Theme(f"{name}path-reserved", requests.paths(f"{name}path-reserved", requests.RESERVED_IDS), 8),
        Theme(f"{name}path-unicode", requests.paths(f"{name}path-unicode", requests.UNICODE_IDS), 3),
        _one(f"{name}wait", requests.queries(f"{name}wait", "wait")),
        _one(f"{name}running", requests.queries(f"{name}running", "running")),
        _one(f"{name}workflow-id", requests.queries(f"{name}workflow-id", "workflowID"), 30),
        _one(f"{name}body", requests.stages(f"{name}body"), 25),
        Theme(f"{name}body-unicode", requests.bodies(f"{name}body-unicode", _SPECIAL_TEXT, _SPECIAL_TEXT), 10),
        _one(f"{name}body-integers", requests.numbers(f"{name}body-integers", _BIG)),
        _one(f"{name}body-decimals", requests.numbers(f"{name}body-decimals", _DECIMALS)),
        _one(f"{name}body-empty-maps", requests.empty_maps(f"{name}body-empty-maps"), 8),
        _one(f"{name}body-absent", requests.absent(f"{name}body-absent"), 8),
        _one(f"{name}no-body", requests.without_body(f"{name}no-body")),
    ]


def _reading(requirement: str, operations: tuple[str, ...], palette: Palette, count: int) -> Theme:
    return Theme(requirement, contents.reading(requirement, operations, palette), count)


def _answers() -> Sequence[Theme]:
    name = "sdk-answer."
    plain, tame = Palette(), Palette(free=PLAIN_TEXT)
    return [
        _reading(f"{name}server-info", ("getServerInfo",), plain, 5),
        _reading(f"{name}workflow", _WORKFLOWS, tame, 10),
        _reading(f"{name}instance", _INSTANCES, tame, 14),
        _reading(f"{name}history", ("getInstanceHistory",), plain, 30),
        Theme(f"{name}stage-kinds", _kinds(f"{name}stage-kinds"), 8),
        _reading(f"{name}stage-history", ("getInstanceStageHistory",), plain, 20),
        Theme(f"{name}activity-input", contents.activity_inputs(f"{name}activity-input"), 8),
        Theme(f"{name}activity-output", contents.activity_outputs(f"{name}activity-output"), 10),
        _reading(f"{name}configuration", _WORKFLOWS, plain, 8),
        _after(after_twin, _integers(f"{name}integers")),
        _after(after_twin, _reading(f"{name}instants", (*_WORKFLOWS, *_INSTANCES), _FINE, 4)),
        _after(after_twin, _text(f"{name}text")),
        _reading(f"{name}lists", _LISTS, plain, 6),
        _one(f"{name}no-content", requests.without_body(f"{name}no-content"), 12),
    ]


def _kinds(requirement: str) -> Parts:
    least = Palette(optional=st.just(False))
    return (*contents.kinds(requirement, Palette()), *contents.kinds(requirement, least, ("RunSend", "RunUpdate")))


def _integers(requirement: str) -> Theme:
    palette = Palette(size=HUGE, free=HUGE)
    sends = contents.kinds(requirement, palette, ["RunSend"] * 3)
    workflows = contents.reading(requirement, _WORKFLOWS, palette)
    return Theme(requirement, (*sends, *workflows, *contents.activities(requirement, palette)), 3)


def _text(requirement: str) -> Theme:
    palette = Palette(text=_SPECIAL_TEXT)
    entries = contents.kinds(requirement, palette, ("RunSend", "RunUpdate", "RunWaitEvent"))
    found = (*contents.reading(requirement, READING, palette), *entries, *contents.activities(requirement, palette))
    return Theme(requirement, found, 2)


def _tolerance() -> Sequence[Theme]:
    name = "sdk-tolerance."
    parameters = (("content-type", "application/json; charset=utf-8"),)
    strange = (("Content-Type", "application/json;charset=UTF-8;profile=x"),)
    odd = st.sampled_from([parameters, strange])
    media = odd.flatmap(lambda headers: unusual.framed(f"{name}media-type", partial(Answer.but, headers=headers)))
    found = [
        _one(f"{name}unknown-fields", unusual.unknown_fields(f"{name}unknown-fields"), 30),
        _one(f"{name}empty-status", unusual.instance_with(f"{name}empty-status", status=[]), 4),
        _one(f"{name}media-type", media, 18),
        _one(f"{name}chunked", unusual.framed(f"{name}chunked", partial(Answer.but, chunked=True))),
        _one(f"{name}gzip", unusual.framed(f"{name}gzip", partial(Answer.but, gzip=True))),
        _one(f"{name}long-lists", unusual.long_history(f"{name}long-lists"), 5),
        Theme(f"{name}odd-element", unusual.odd_elements(f"{name}odd-element"), 6),
    ]
    return [
        *(_after(after_simple, theme) for theme in found),
        Theme(f"{name}absent-optionals", unusual.bare(f"{name}absent-optionals"), 2),
        _after(after_twin, Theme(f"{name}timestamps", unusual.times(f"{name}timestamps"), 8)),
        _after(after_twin, _one(f"{name}nulls", unusual.nulls(f"{name}nulls"), 6)),
    ]


def _errors() -> Sequence[Theme]:
    name = "sdk-error."
    page = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
    odd = [
        Theme(f"{name}unknown-code", refusals.refusals(f"{name}unknown-code", (400, 409), "CONFLICT"), 1),
        Theme(f"{name}empty-body", refusals.bare_refusals(f"{name}empty-body", None, b""), 2),
        Theme(f"{name}html", refusals.bare_refusals(f"{name}html", "text/html", page), 2),
    ]
    return [
        Theme(f"{name}status", refusals.refusals(f"{name}status"), 1),
        *(_after(after_simple, theme) for theme in odd),
        _one(f"{name}closed", refusals.unanswered(f"{name}closed", "close")),
        replace(_one(f"{name}no-answer", refusals.unanswered(f"{name}no-answer", "silence"), 5), apart=True),
    ]


def _clients() -> Sequence[Theme]:
    name = "sdk-client."
    alone = {
        "token-once": clients.tokens_once,
        "token-renewed": clients.tokens_expire,
        "token-after-401": clients.tokens_refused,
        "token-other-host": clients.redirected,
    }
    return [
        replace(_one(f"{name}long-wait", st.just(clients.long_wait(f"{name}long-wait")), 1), apart=True),
        replace(_one(f"{name}no-mixing", clients.at_once(f"{name}no-mixing"), 2), feature="concurrency"),
        _one(f"{name}second-client", clients.second_client(f"{name}second-client"), 4),
        *(
            replace(_one(f"{name}{each}", st.just(made(f"{name}{each}")), 1), feature="credentials")
            for each, made in alone.items()
        ),
    ]


def all_themes() -> tuple[Theme, ...]:
    """Every theme."""
    return (*_requests(), *_answers(), *_tolerance(), *_errors(), *_clients())
