"""References of an API document to others: followed as far as the user allows, and then a part of the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from conformance.contract.parsing import UnreadableDocument, fetch, is_url, origin_of, parse
from conformance.wire.pointer import NOWHERE, keys, token, value_at
from conformance.wire.redaction import mask_url

_MOST_DOCUMENTS = 200
_MOST_PARTS = 5000
_PREFIX = "referenced-"


def bundled(raw: dict[str, Any], source: str, *, everywhere: bool = False) -> dict[str, Any]:
    """The document with what it refers to elsewhere among its component schemas, under names of its own.

    References are followed into files of the document's folder, or to URLs of its origin; ``everywhere``: to any file
    or URL. Raises UnreadableDocument for others, and for what they do not lead to.
    """
    return _Bundle(raw, source, everywhere=everywhere).whole()


class _Bundle:
    def __init__(self, raw: dict[str, Any], source: str, *, everywhere: bool) -> None:
        self._raw = raw
        self._source = source if is_url(source) else str(Path(source).resolve())
        self._everywhere = everywhere
        self._documents: dict[str, Any] = {self._source: raw}
        self._names: dict[tuple[str, str], str] = {}
        self._waiting: list[tuple[str, str, str]] = []

    def whole(self) -> dict[str, Any]:
        """The document with all that it needs."""
        found: dict[str, Any] = self._rewritten(self._raw, self._source)
        parts: dict[str, Any] = {}
        while self._waiting:
            name, place, pointer = self._waiting.pop()
            parts[name] = self._rewritten(self._part(place, pointer), place)
        if parts:
            components = found.get("components")
            components = found["components"] = components if isinstance(components, dict) else {}
            schemas = components.get("schemas")
            components["schemas"] = {**(schemas if isinstance(schemas, dict) else {}), **parts}
        return found

    def _rewritten(self, value: Any, base: str) -> Any:
        """A copy whose references all lead to the bundled document. Examples elsewhere are left out."""
        if isinstance(value, list):
            return [self._rewritten(item, base) for item in value]
        if not isinstance(value, dict):
            return value
        copy = {key: self._rewritten(item, base) for key, item in value.items() if key != "externalValue"}
        reference = value.get("$ref")
        if isinstance(reference, str):
            copy["$ref"] = self._local(reference, base)
        return copy

    def _local(self, reference: str, base: str) -> str:
        place, pointer = urldefrag(reference)
        place = base if not place else self._place(place, base)
        if place == self._source:
            return f"#{pointer}"
        key = (place, pointer)
        if key not in self._names:
            if len(self._names) >= _MOST_PARTS:
                raise UnreadableDocument(
                    f"The API document {mask_url(self._source)} refers to more than {_MOST_PARTS} parts of others.",
                    "Bundle it into one file.",
                )
            self._names[key] = f"{_PREFIX}{len(self._names) + 1}"
            self._waiting.append((self._names[key], place, pointer))
        return f"#/components/schemas/{self._names[key]}"

    def _place(self, reference: str, base: str) -> str:
        """The URL, or the path, that a reference leads to. Raises UnreadableDocument where it must not."""
        try:
            if is_url(base) or is_url(reference):
                place = urljoin(base, reference) if is_url(base) else reference
                allowed = is_url(place) and is_url(self._source) and origin_of(place) == origin_of(self._source)
            else:
                place, allowed = self._path(reference, base)
        except ValueError as error:
            raise self._refused(reference, str(error)) from None
        if not (allowed or self._everywhere):
            where = "of another origin" if is_url(self._source) else "outside its folder"
            raise self._refused(reference, f"it is {where}, and not fetched")
        if urlsplit(place).scheme.lower() not in ("http", "https") and is_url(self._source):
            raise self._refused(reference, "a document from a URL has no files")
        return place

    def _path(self, reference: str, base: str) -> tuple[str, bool]:
        scheme = urlsplit(reference).scheme
        if scheme not in ("", "file") or "\0" in reference:
            raise ValueError(f"{scheme or 'it'} cannot be read")
        found = (Path(base).parent / unquote(urlsplit(reference).path)).resolve()
        return str(found), found.is_relative_to(Path(self._source).parent)

    def _refused(self, reference: str, reason: str) -> UnreadableDocument:
        return UnreadableDocument(
            f"The API document {mask_url(self._source)} refers to {mask_url(reference)!r}: {reason}.",
            "Bundle it into one file, or allow it with --allow-refs.",
        )

    def _part(self, place: str, pointer: str) -> Any:
        if place not in self._documents:
            if len(self._documents) > _MOST_DOCUMENTS:
                raise self._refused(place, f"it is one of more than {_MOST_DOCUMENTS} documents")
            self._documents[place] = parse(mask_url(place), fetch(place))
        found = self._documents[place]
        found = value_at(self._documents[place], unquote(pointer))
        if found is NOWHERE:
            raise self._refused(f"{place}#{pointer}", "there is no such part")
        return found


def pruned(raw: dict[str, Any], paths: set[str]) -> dict[str, Any]:
    """The document with these paths alone, and the components that they need, directly or not."""
    kept = {path: item for path, item in raw.get("paths", {}).items() if path in paths}
    components = raw.get("components")
    components = components if isinstance(components, dict) else {}
    needed: dict[tuple[str, str], Any] = {}
    waiting = list(_references(kept))
    while waiting:
        parts = keys(waiting.pop()[1:])
        if len(parts) < 3 or parts[0] != "components" or (parts[1], parts[2]) in needed:
            continue
        found = value_at(raw, "/" + "/".join(map(token, parts[:3])))
        if found is not NOWHERE:
            needed[parts[1], parts[2]] = found
            waiting += _references(found)
    out: dict[str, Any] = {name: value for name, value in components.items() if name == "securitySchemes"}
    for (section, name), value in needed.items():
        out.setdefault(section, {})[name] = value
    return {**raw, "paths": kept, "components": out}


def _references(value: Any) -> Iterator[str]:
    """The local references in a part of a document."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            waiting += each.values()
            reference = each.get("$ref")
            if isinstance(reference, str) and reference.startswith("#"):
                yield reference
