"""Fetching and parsing API documents within bounds: a hostile or broken one soon leads to a clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml

from conformance.contract.errors import UserError
from conformance.wire.redaction import mask_url

FETCH_TIMEOUT = 20.0
"""Seconds to wait for a document that is read from a URL."""

_MOST_BYTES = 64 * 1024 * 1024
_MOST_YAML_BYTES = 8 * 1024 * 1024
_MOST_VALUES = 3_000_000
_MOST_YAML_VALUES = 400_000
_MOST_REDIRECTS = 5
_HINT = "Give an OpenAPI 3 document in YAML or JSON."


class UnreadableDocument(UserError):
    """The API document cannot be fetched, is no OpenAPI document, or uses what this suite cannot read."""


class _TooMuch(ValueError):
    """A document holds more than anybody writes by hand."""


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as JSON: an unquoted date-time in an example stays the text that it is."""


# The loader's own copy of the table, without timestamps; the base class keeps its.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def is_url(source: str) -> bool:
    """Whether a source is a URL rather than a file."""
    return source[:8].lower().startswith(("http://", "https://"))


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL. Raises ValueError for one that cannot be read."""
    parts = urlsplit(url)
    return (
        parts.scheme.lower(),
        (parts.hostname or "").lower(),
        parts.port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def fetch(source: str) -> bytes:
    """The bytes of a file or an http(s) URL; redirects are followed on the same host only.

    Raises UnreadableDocument.
    """
    try:
        return _download(source) if is_url(source) else _file(Path(source))
    except httpx.HTTPStatusError as error:
        reason = f"the server answered {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
    except _TooMuch as error:
        reason = str(error)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise UnreadableDocument(
        f"The API document {mask_url(source)} cannot be read: {reason}.", "Give an existing file or a URL that answers."
    )


def _file(path: Path) -> bytes:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise _TooMuch("it is no regular file")
    with path.open("rb") as opened:
        data = opened.read(_MOST_BYTES + 1)
    return _bounded(data)


def _bounded(data: bytes) -> bytes:
    if len(data) > _MOST_BYTES:
        raise _TooMuch(f"it is larger than {_MOST_BYTES // 1024 // 1024} MB")
    return data


def _download(url: str) -> bytes:
    with httpx.Client(timeout=FETCH_TIMEOUT, trust_env=True) as client:
        for _ in range(_MOST_REDIRECTS):
            with client.stream("GET", url) as answer:
                target = answer.next_request
                if target is None:
                    data = b""
                    for chunk in answer.raise_for_status().iter_bytes():
                        data = _bounded(data + chunk)
                    return data
            if target.url.host != httpx.URL(url).host:
                raise _TooMuch(f"it redirects to another host, {target.url.host}; give that URL if it is the right one")
            url = str(target.url)
    raise _TooMuch(f"it redirects more than {_MOST_REDIRECTS} times")


def parse(name: str, data: bytes) -> dict[str, Any]:
    """The document as JSON has it. ``name`` is shown. Raises UnreadableDocument."""
    try:
        value = _parsed(data)
    except RecursionError:
        raise UnreadableDocument(f"The API document {name} is nested too deeply, or contains itself.", _HINT) from None
    except _TooMuch as error:
        raise UnreadableDocument(f"The API document {name} cannot be used: {error}.", _HINT) from None
    except (yaml.YAMLError, ValueError) as error:
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise UnreadableDocument(f"The API document {name} is neither YAML nor JSON: {reason}{where}.", _HINT) from None
    if not isinstance(value, dict):
        raise UnreadableDocument(f"The file {name} is not an OpenAPI 3 document.", _HINT)
    return value


def _parsed(data: bytes) -> Any:
    if data.lstrip()[:1] == b"{":
        try:
            return _plain(json.loads(data), _MOST_VALUES)
        except UnicodeDecodeError:
            raise
        except ValueError:
            # YAML has flow mappings that are no JSON.
            pass
    if len(data) > _MOST_YAML_BYTES:
        raise _TooMuch(f"it is larger than {_MOST_YAML_BYTES // 1024 // 1024} MB of YAML; convert it to JSON")
    return _plain(yaml.load(data, Loader=_PlainLoader), _MOST_YAML_VALUES)


def _plain(value: Any, most: int) -> Any:
    """JSON's own shape: YAML allows keys that are no text, such as an unquoted status 200, and aliases share values.

    Raises _TooMuch where aliases of aliases come to more than ``most`` values.
    """
    left = most

    def plain(value: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooMuch(f"it comes to more than {most:,} values")
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    return plain(value)
