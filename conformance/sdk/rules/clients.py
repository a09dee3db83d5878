"""Rules about the client as a whole: patience, concurrency, several clients, credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from conformance.sdk.drawing.case import Played, PlayedStep, Seen
from conformance.trace import Exchange


def _own(played: Played, requirement: str) -> bool:
    return played.case.theme == requirement and all(played_step.broken is None for played_step in played.steps)


def _long_wait(played: Played) -> Iterator[Seen]:
    if _own(played, "sdk-client.long-wait"):
        played_step = played.steps[0]
        expected = f"the answer that came after {played_step.step.answer.delay:g} s reaches the caller"
        upheld = played_step.ok and len(played_step.exchanges) == 1
        observed = f"{len(played_step.exchanges)} requests, and the caller got {played_step.result}"
        yield Seen("sdk-client.long-wait", upheld, played_step, expected, observed)


def _no_mixing(played: Played) -> Iterator[Seen]:
    if not _own(played, "sdk-client.no-mixing"):
        return
    for played_step in played.steps:
        wanted = played_step.step.call.arguments["instanceID"]
        data = played_step.result.data if played_step.result is not None else None
        upheld = len(played_step.exchanges) == 1 and isinstance(data, dict) and data.get("id") == wanted
        expected = f"one request for {wanted}, and its answer for the call that asked for it"
        observed = f"{len(played_step.exchanges)} requests for it, and the caller got {played_step.result}"
        yield Seen("sdk-client.no-mixing", upheld, played_step, expected, observed)


def _second_client(played: Played) -> Iterator[Seen]:
    if not _own(played, "sdk-client.second-client"):
        return
    for played_step in played.steps:
        upheld = len(played_step.exchanges) == 1
        expected = "the request goes to the base URL of its own client"
        observed = f"{len(played_step.exchanges)} requests came there; the caller got {played_step.result}"
        yield Seen("sdk-client.second-client", upheld, played_step, expected, observed)


def _authorised(played_step: PlayedStep) -> str:
    sent = played_step.exchanges[-1].request.headers if played_step.exchanges else ()
    return next((value for name, value in sent if name.lower() == "authorization"), "no credentials")


def _last_with(played: Played, requirement: str, token: str, count: int) -> Iterator[Seen]:
    if _own(played, requirement):
        played_step = played.steps[-1]
        given = _authorised(played_step)
        upheld = played_step.ok and given == f"Bearer {token}" and len(played.tokens) == count
        expected = f"{count} token requests, and the last call succeeds with Bearer {token}"
        observed = f"{len(played.tokens)} token requests, {given}; the caller got {played_step.result}"
        yield Seen(
            requirement, upheld, played_step, expected, observed, exchanges=(*played.tokens, *played_step.exchanges)
        )


def _token_once(played: Played) -> Iterator[Seen]:
    return _last_with(played, "sdk-client.token-once", "token-1", 1)


def _token_renewed(played: Played) -> Iterator[Seen]:
    return _last_with(played, "sdk-client.token-renewed", "token-2", 2)


def _token_after_401(played: Played) -> Iterator[Seen]:
    """The call that got the 401 may fail or be sent again; the next one must work, with whichever newer token."""
    requirement = "sdk-client.token-after-401"
    if _own(played, requirement):
        played_step = played.steps[-1]
        given = _authorised(played_step)
        expected = "the call after the 401 succeeds with a newer token"
        observed = f"{given} was sent; the caller got {played_step.result}"
        upheld = played_step.ok and given != "Bearer token-1"
        yield Seen(
            requirement, upheld, played_step, expected, observed, exchanges=(*played.tokens, *played_step.exchanges)
        )


def _token_other_host(played: Played) -> Iterator[Seen]:
    requirement = "sdk-client.token-other-host"
    if not _own(played, requirement) or not played.steps[0].exchanges:
        return
    leaked = [each for each in played.elsewhere if _carries_token(each)]
    expected = "no credentials are sent to the host that a redirect leads to"
    hosts = ", ".join(urlsplit(each.request.url).netloc for each in leaked)
    observed = f"Authorization was sent to {hosts}"
    shown = (*played.steps[0].exchanges, *played.elsewhere)
    yield Seen(requirement, not leaked, played.steps[0], expected, observed, exchanges=shown)


def _carries_token(exchange: Exchange) -> bool:
    return any("token-" in value or "the-secret" in value for _, value in exchange.request.headers)


RULES: Mapping[str, Callable[[Played], Iterator[Seen]]] = {
    "sdk-client.long-wait": _long_wait,
    "sdk-client.no-mixing": _no_mixing,
    "sdk-client.second-client": _second_client,
    "sdk-client.token-once": _token_once,
    "sdk-client.token-renewed": _token_renewed,
    "sdk-client.token-after-401": _token_after_401,
    "sdk-client.token-other-host": _token_other_host,
}
