"""Keeping secrets out of what is recorded, whatever a target repeats of them."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

from conformance.target.sending import SendResult
from conformance.trace import Headers, Response
from conformance.trace.secrets import Secrets
from conformance.wire.redaction import is_credential


def masked(result: SendResult, secrets: Secrets) -> SendResult:
    """What became of a request, with every secret in it replaced; cookies that the target sets are secrets as well."""
    if result.failure is not None:
        unread = _masked(result.failure.unread, secrets)
        return SendResult(failure=replace(result.failure, message=secrets.mask(result.failure.message), unread=unread))
    return SendResult(_masked(result.response, secrets))


def _masked(response: Response | None, secrets: Secrets) -> Response | None:
    """The response without secrets; the same one where it holds none, since its room is counted as long as it lives."""
    if response is None:
        return None
    _note_cookies(response, secrets)
    headers: Headers = tuple((name, _value(name, value, secrets)) for name, value in response.headers)
    body = secrets.mask_bytes(response.body)
    unchanged = headers == response.headers and body == response.body
    return response if unchanged else replace(response, headers=headers, body=body)


def _note_cookies(response: Response, secrets: Secrets) -> None:
    for name, value in response.headers:
        if name == "set-cookie":
            try:
                found = SimpleCookie(value)
            except CookieError:
                continue
            for morsel in found.values():
                secrets.add(morsel.value)


def _value(name: str, value: str, secrets: Secrets) -> str:
    # The names of these are enough for redacting them later; their values may be cited before that.
    return secrets.mask(value) if not is_credential(name) else value
