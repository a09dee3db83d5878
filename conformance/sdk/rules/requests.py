"""Rules about what an SDK sends: judged by the requests that the witness saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.contract.api import V1
from conformance.sdk.drawing.case import Played, PlayedStep, Seen, expected_arguments
from conformance.sdk.rules import headers
from conformance.sdk.rules.comparing import shown
from conformance.trace import Exchange
from conformance.wire import exact_json

_QUERIES = ("wait", "running", "workflowID")
_PATHS = ("sdk-request.path-reserved", "sdk-request.path-unicode")
_RETRIED = ("createWorkflow", "runWorkflow", "sendEvent")


def _judged(
    requirement: str, judge: Callable[[PlayedStep, Exchange], tuple[bool, str, str] | None], *, about_only: bool = False
) -> Callable[[Played], Iterator[Seen]]:
    """A rule that looks at the first request of each call; ``judge`` gives (upheld, expected, observed), or None.

    ``about_only``: only cases of this requirement's own theme are judged; a call that sends nothing violates it there.
    """

    def rule(played: Played) -> Iterator[Seen]:
        own = played.case.theme == requirement
        if played.case.script is not None or (about_only and not own):
            return
        for played_step in played.steps:
            if played_step.broken is not None:
                continue
            if played_step.exchanges:
                said = judge(played_step, played_step.exchanges[0])
                if said is not None:
                    yield Seen(requirement, said[0], played_step, said[1], said[2], exchanges=played_step.exchanges[:1])
            elif own:
                expected = f"{_asked(played_step)} is sent"
                yield Seen(
                    requirement, False, played_step, expected, f"nothing was sent; the caller got {played_step.result}"
                )

    return rule


def _asked(played_step: PlayedStep) -> str:
    operation = V1.by_action[played_step.operation]
    return f"{operation.method} {operation.path(expected_arguments(played_step.step.call))}"


def _sent(exchange: Exchange) -> str:
    return f"{exchange.request.method} {exchange.request.path}"


def _operation(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str]:
    upheld = exchange.operation == played_step.operation and dict(exchange.params) == expected_arguments(
        played_step.step.call
    )
    return upheld, _asked(played_step), _sent(exchange)


def _not_about_paths(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str] | None:
    return _operation(played_step, exchange) if _plain(played_step) else None


def _plain(played_step: PlayedStep) -> bool:
    """Whether no id that was given needs an encoding."""
    given = [
        *expected_arguments(played_step.step.call).values(),
        str(played_step.step.call.arguments.get("workflowID", "")),
    ]
    return all(value.replace("-", "").isalnum() and value.isascii() for value in given if value)


def _query(name: str) -> Callable[[PlayedStep, Exchange], tuple[bool, str, str] | None]:
    def judge(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str] | None:
        given = played_step.step.call.arguments.get(name)
        values = [value for key, value in exchange.request.query if key == name]
        wanted = [] if given is None else [str(given).lower() if isinstance(given, bool) else given]
        expected = f"{name}={wanted[0]}" if wanted else f"no {name}, as none was given"
        return values == wanted, expected, f"{_sent(exchange)}?{_written(exchange)}"

    return judge


def _written(exchange: Exchange) -> str:
    return exchange.request.url.partition("?")[2]


def _no_extra_query(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str] | None:
    if not _plain(played_step):
        return None  # what is not encoded may end up in the query, which is another requirement's
    documented = V1.by_action[played_step.operation].query
    extra = [key for key, _ in exchange.request.query if key not in documented]
    return not extra, "only query parameters that the operation has", f"the query {_written(exchange)}"


def _content_type(_: PlayedStep, exchange: Exchange) -> headers.Said | None:
    return headers.content_type(exchange)


def _accept(_: PlayedStep, exchange: Exchange) -> headers.Said:
    return headers.accept(exchange)


def _body(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str] | None:
    if "body" not in played_step.step.call.arguments:
        return None
    given: Any = played_step.step.call.arguments["body"]
    body = exchange.request.body
    read = exact_json.parse_or_none(body) if body else None
    return exact_json.equal(read, given), f"the body {shown(given)}", f"the body {_text(body)}"


def _no_body(played_step: PlayedStep, exchange: Exchange) -> tuple[bool, str, str] | None:
    if V1.by_action[played_step.operation].body:
        return None
    return exchange.request.body is None, "no body", f"the body {_text(exchange.request.body)}"


def _text(body: bytes | None) -> str:
    return (body or b"nothing").decode("utf-8", "backslashreplace")[:120]


def _once(played: Played) -> Iterator[Seen]:
    """One request a call; what follows a failure is judged by the rule about retries."""
    if played.case.script is not None or played.case.together:
        return
    for played_step in played.steps:
        if (
            played_step.broken is None
            and played_step.step.answer.status < 400
            and played_step.step.answer.fate == "answer"
        ):
            count = len(played_step.exchanges)
            if count:
                expected = f"one request for one call of {played_step.operation}"
                yield Seen("sdk-request.once", count == 1, played_step, expected, _listed(played_step))


def _retries(played: Played) -> Iterator[Seen]:
    if played.case.script is not None:
        return
    for played_step in played.steps:
        failed = played_step.step.answer.status >= 400 or played_step.step.answer.fate != "answer"
        if failed and played_step.operation in _RETRIED and played_step.exchanges:
            expected = "a POST that failed is not sent again: its effect may have happened"
            yield Seen(
                "sdk-request.no-hidden-retry",
                len(played_step.exchanges) == 1,
                played_step,
                expected,
                _listed(played_step),
            )


def _listed(played_step: PlayedStep) -> str:
    sent = ", ".join(_sent(each) for each in played_step.exchanges[:4])
    return f"{len(played_step.exchanges)} requests: {sent}"


_OWN: Mapping[str, Callable[[PlayedStep, Exchange], tuple[bool, str, str] | None]] = {
    "sdk-request.path-reserved": _operation,
    "sdk-request.path-unicode": _operation,
    "sdk-request.wait": _query("wait"),
    "sdk-request.running": _query("running"),
    "sdk-request.workflow-id": _query("workflowID"),
    "sdk-request.body": _body,
    "sdk-request.body-unicode": _body,
    "sdk-request.body-integers": _body,
    "sdk-request.body-decimals": _body,
    "sdk-request.body-empty-maps": _body,
    "sdk-request.body-absent": _body,
}

RULES: Mapping[str, Callable[[Played], Iterator[Seen]]] = {
    "sdk-request.operation": _judged("sdk-request.operation", _not_about_paths),
    **{name: _judged(name, judge, about_only=True) for name, judge in _OWN.items()},
    "sdk-request.no-extra-query": _judged("sdk-request.no-extra-query", _no_extra_query),
    "sdk-request.content-type": _judged("sdk-request.content-type", _content_type),
    "sdk-request.accept": _judged("sdk-request.accept", _accept),
    "sdk-request.no-body": _judged("sdk-request.no-body", _no_body),
    "sdk-request.once": _once,
    "sdk-request.no-hidden-retry": _retries,
}
