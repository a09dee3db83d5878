"""Redacting credentials in headers and URLs, which must never leave this process."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

REDACTED = "[redacted]"
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})


def redact_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with the values of secret ones replaced; an authentication scheme stays readable."""
    return [(name, _redacted(value) if name.lower() in _SECRET else value) for name, value in headers]


def redact_url(url: str) -> str:
    """The URL without user name and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else url


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
