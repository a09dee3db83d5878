"""Holding what a caller got against what the server sent, along the schemas of the API document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeAlias

from conformance.contract.document import bundled_document
from conformance.contract.schema.documented import Documented
from conformance.contract.schema.oas import components, convert, success_schema
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND, parse_instant
from conformance.wire.pointer import token

Area: TypeAlias = Literal["field", "kind", "input", "output", "free", "number", "instant", "text", "list"]
"""What a leaf is about: the parameters of a stage, an activity's input or output, a free-form map, a big number, …"""

_EXACT = 2**53
_MISSING = object()
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Leaf:
    """One compared value: where it stands in the answer's body, what it is about, and whether it came through."""

    pointer: str
    area: Area
    equal: bool
    expected: str = ""
    observed: str = ""


def compare(operation: str, sent: Any, got: Any) -> list[Leaf]:
    """Every value of a good answer's body (``sent``, whole) against the caller's data (``got``).

    Null and absent are the same for a caller, and so are an empty list or map and an absent one; a default that the
    document names may stand for what is absent.
    """
    wrapped = operation != "getServerInfo"
    whole = {"data": got} if wrapped else got
    return list(_Comparison(operation).node([_schema(operation)], sent, whole, ""))


@cache
def _schema(operation: str) -> Any:
    document = bundled_document()
    return convert(success_schema(document, operation), document.is_3_0)


@cache
def _documented() -> Documented:
    return Documented(components(bundled_document()))


class _Comparison:
    def __init__(self, operation: str) -> None:
        self._operation = operation

    def node(self, schemas: Sequence[Any], sent: Any, got: Any, pointer: str) -> Iterator[Leaf]:
        branches = [branch for schema in schemas for branch in _documented().branches(schema)]
        if _empty(sent) and (got is _MISSING or _empty(got)):
            return
        if isinstance(sent, dict) and isinstance(got, dict):
            yield from self._object(branches, sent, got, pointer)
        elif isinstance(sent, list) and isinstance(got, list):
            yield from self._array(branches, sent, got, pointer)
        else:
            yield self._leaf(branches, sent, got, pointer)

    def _object(
        self, branches: Sequence[Any], sent: dict[str, Any], got: dict[str, Any], pointer: str
    ) -> Iterator[Leaf]:
        free = not any("properties" in branch for branch in branches)
        for key, value in sent.items():
            below = [branch["properties"][key] for branch in branches if key in branch.get("properties", {})]
            below += [extra for branch in branches if isinstance(extra := branch.get("additionalProperties"), dict)]
            if below or free:
                yield from self.node(below, value, got.get(key, _MISSING), f"{pointer}/{token(key)}")
        for key in got.keys() - sent.keys():
            below = [branch["properties"][key] for branch in branches if key in branch.get("properties", {})]
            documented = bool(below) or free
            by_default = not isinstance(got[key], dict | list) and (key, got[key]) in _defaults()
            if documented and not _empty(got[key]) and not by_default:
                yield self._different(f"{pointer}/{token(key)}", _MISSING, got[key])

    def _array(self, branches: Sequence[Any], sent: list[Any], got: list[Any], pointer: str) -> Iterator[Leaf]:
        below = [branch["items"] for branch in branches if "items" in branch]
        if len(sent) != len(got):
            observed = f"{len(got)} elements"
            yield Leaf(pointer, "list", False, f"{len(sent)} elements", observed)
        else:
            yield Leaf(pointer, "list", True)
        for index, (left, right) in enumerate(zip(sent, got, strict=False)):
            yield from self.node(below, left, right, f"{pointer}/{index}")

    def _leaf(self, branches: Sequence[Any], sent: Any, got: Any, pointer: str) -> Leaf:
        if got is _MISSING or got is None or isinstance(sent, dict | list):
            return self._different(pointer, sent, got)
        area = self._area(pointer)
        if any(branch.get("format") == "date-time" for branch in branches):
            area, equal = "instant", _same_instant(sent, got)
        elif isinstance(sent, int | Decimal) and not isinstance(sent, bool):
            area, equal = ("number" if abs(Decimal(sent)) > _EXACT else area), exact_json.equal(sent, got)
        else:
            area = "text" if isinstance(sent, str) and not (sent.isascii() and sent.isprintable()) else area
            equal = exact_json.equal(sent, got)
        return Leaf(pointer, area, equal, shown(sent), shown(got))

    def _different(self, pointer: str, sent: Any, got: Any) -> Leaf:
        return Leaf(pointer, self._area(pointer), False, shown(sent), shown(got))

    def _area(self, pointer: str) -> Area:
        parts = pointer.split("/")
        if self._operation == "getInstanceHistory" and "input" in parts:
            return "kind"
        if self._operation == "getInstanceStageHistory":
            return "input" if parts[3:4] == ["input"] else "output" if parts[3:4] == ["output"] else "field"
        return "free" if "stages" in parts else "field"


def shown(value: Any) -> str:
    """A value for a sentence, cut when long."""
    if value is _MISSING:
        return "nothing"
    text = exact_json.dumps(value, escaped=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, list | dict) and not value)


@cache
def _defaults() -> frozenset[tuple[str, Any]]:
    """The defaults that the document names, by the name of the field: converted schemas have none."""
    return frozenset(
        (name, below["default"])
        for schema in bundled_document().schemas.values()
        for name, below in schema.get("properties", {}).items()
        if isinstance(below, dict) and "default" in below
    )


def _same_instant(sent: Any, got: Any) -> bool:
    left, right = parse_instant(sent), parse_instant(got)
    return left is not None and right is not None and abs(left.ns - right.ns) < MILLISECOND
