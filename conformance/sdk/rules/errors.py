"""Rules about refusals and about answers that never come: they reach the caller as errors that can be distinguished."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from conformance.sdk.drawing.case import Played, PlayedStep, Seen
from conformance.sdk.driver.protocol import SdkError
from conformance.wire import exact_json

_TOLD_APART = ("sdk-error.status", "sdk-error.empty-body", "sdk-error.html")
_REFUSED = ("sdk-error.status", "sdk-error.unknown-code", "sdk-error.empty-body", "sdk-error.html")


def _refusals(played: Played, themes: Collection[str]) -> Iterator[tuple[PlayedStep, SdkError | None]]:
    if played.case.theme in themes:
        for played_step in played.steps:
            if played_step.broken is None and played_step.matching() and played_step.result is not None:
                yield played_step, played_step.result.error


def _status(requirement: str) -> Callable[[Played], Iterator[Seen]]:
    def rule(played: Played) -> Iterator[Seen]:
        refusals = list(_refusals(played, [requirement]))
        ordinary = refusals[0][1] if len(refusals) == 2 else None
        if len(refusals) == 2 and ordinary is None:
            return  # an ordinary refusal is no error either: that is another requirement's
        for played_step, error in refusals[-1:]:
            status = played_step.step.answer.status
            expected = f"an error with status {status}"
            upheld = error is not None and error.status == status
            if ordinary is not None and ordinary.status is None:  # that is another requirement's as well
                expected = f"an error of kind {ordinary.kind}, as for an ordinary refusal"
                upheld = error is not None and (error.kind == ordinary.kind or error.status == status)
            yield Seen(requirement, upheld, played_step, expected, f"the caller got {played_step.result}")

    return rule


def _code(played: Played) -> Iterator[Seen]:
    yield from _member(played, "sdk-error.code", "errorCode", lambda error: error.code)


def _message(played: Played) -> Iterator[Seen]:
    yield from _member(played, "sdk-error.message", "errorMessage", lambda error: error.message)


def _member(played: Played, requirement: str, name: str, of: Callable[[SdkError], str | None]) -> Iterator[Seen]:
    """A member of the Error; a refusal that is no error at all is another requirement's."""
    for played_step, error in _refusals(played, ["sdk-error.status"]):
        sent = exact_json.parse(played_step.step.answer.body).value[name]
        if error is not None:
            expected = f"an error with {name} {sent!r}"
            yield Seen(requirement, of(error) == sent, played_step, expected, f"the caller got {played_step.result}")


def _unanswered(requirement: str, kinds: Collection[str]) -> Callable[[Played], Iterator[Seen]]:
    def rule(played: Played) -> Iterator[Seen]:
        for played_step, error in _refusals(played, [requirement]):
            upheld = error is not None and error.kind in kinds and error.status is None
            expected = f"an error of kind {' or '.join(kinds)}, without a status"
            yield Seen(requirement, upheld, played_step, expected, f"the caller got {played_step.result}")

    return rule


def _kind(played: Played) -> Iterator[Seen]:
    for played_step, error in list(_refusals(played, _TOLD_APART))[-1:]:
        if error is not None:
            expected = "an error of kind http: the server refused"
            yield Seen(
                "sdk-error.kind", error.kind == "http", played_step, expected, f"the caller got {played_step.result}"
            )


RULES: Mapping[str, Callable[[Played], Iterator[Seen]]] = {
    **{name: _status(name) for name in _REFUSED},
    "sdk-error.code": _code,
    "sdk-error.message": _message,
    "sdk-error.kind": _kind,
    "sdk-error.closed": _unanswered("sdk-error.closed", ["connection"]),
    "sdk-error.no-answer": _unanswered("sdk-error.no-answer", ["timeout"]),
}
