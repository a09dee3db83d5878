"""Redacting credentials in headers and URLs: they must never leave this process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

REDACTED = "[redacted]"
_CREDENTIAL = re.compile(r"auth|token|key|secret|cookie|session|credential|password|signature", re.IGNORECASE)
_HARMLESS = frozenset({"www-authenticate", "proxy-authenticate"})
_IN_QUERY = re.compile(r"(access|id|refresh)_?token|token|api_?key|client_?secret|password|sig(nature)?", re.IGNORECASE)


def is_credential(name: str) -> bool:
    """Whether a header of this name may hold what lets a request in, or what would let others in."""
    return _CREDENTIAL.search(name) is not None and name.lower() not in _HARMLESS


def redact_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with the values of secret ones replaced; an authentication scheme stays readable."""
    return [(name, _redacted(value) if is_credential(name) else value) for name, value in headers]


def redact_query(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters of a query with the values of secret ones replaced."""
    return [(name, REDACTED if _IN_QUERY.fullmatch(name) else value) for name, value in pairs]


def redact_url(url: str) -> str:
    """The URL without user name and password, and without the values of secret parameters of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if "@" in parts.netloc:
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    for name, _, value in pairs:
        if value and _IN_QUERY.fullmatch(name):
            url = url.replace(f"{name}={value}", f"{name}={REDACTED}")
    return url


def mask_url(url: str) -> str:
    """The URL without user name and password, and with the values of its query replaced."""
    try:
        parts = urlsplit(redact_url(url))
    except ValueError:
        return REDACTED if "@" in url or "?" in url else url
    if not parts.query or not parts.netloc:
        return redact_url(url)
    names = (pair.partition("=")[0] for pair in parts.query.split("&"))
    return urlunsplit(parts._replace(query="&".join(f"{name}={REDACTED}" for name in names)))


def _redacted(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and scheme.isalpha() else REDACTED
