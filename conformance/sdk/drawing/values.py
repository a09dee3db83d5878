"""Values of the API document's schemas, as Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from conformance.contract.document import bundled_document
from conformance.contract.schema.oas import components
from conformance.wire.instant import SECOND, Instant

_ENOUGH = 3
"""Elements of an array or a map at most: more say nothing new, and take longer to minimise."""
# The document lets the type of a subject be any text; servers tell the two kinds apart by these.
_TYPES = {"LedgerAccountSubject": "ACCOUNT", "WalletSubject": "WALLET"}
_ONE_FIELD = ("StageSendSource", "StageSendDestination")
"""Objects of which the API says that they hold one of their fields."""
_YEAR_2000, _YEAR_2100 = 946_684_800, 4_102_444_800

PLAIN_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
SMALL = st.integers(0, 1000)
# Hypothesis likes integers that a double holds exactly; an odd one beyond 2^53 is rounded by every double.
BEYOND_DOUBLES = st.one_of(
    st.integers(2**53 + 1, 2**63 - 1), st.integers(2**64 + 1, 2**70), st.integers(10**30, 10**36)
).map(lambda number: number | 1)
HUGE = BEYOND_DOUBLES | st.integers(0, 9)


@st.composite
def instants(draw: st.DrawFn, digits: st.SearchStrategy[int] = st.just(3), zones: bool = False) -> str:  # noqa: B008
    """RFC 3339 texts with so many decimals of the second; ``zones``: also with an offset instead of Z."""
    places = draw(digits)
    fraction = draw(st.integers(0, 10**places - 1)) * 10 ** (9 - places)
    zone = draw(st.sampled_from([0, 60, -300, 330, 845])) if zones else 0
    return Instant(draw(st.integers(_YEAR_2000, _YEAR_2100)) * SECOND + fraction, places).isoformat(zone)


@dataclass(frozen=True)
class Palette:
    """What the leaves of values are drawn from; ``optional`` says how often a field that may be absent is there.

    ``size`` bounds integers without a bound of their own ("of any size"), ``text`` is for strings without a form.
    """

    text: st.SearchStrategy[str] = PLAIN_TEXT
    size: st.SearchStrategy[int] = SMALL
    instant: st.SearchStrategy[str] = instants()  # noqa: RUF009 - a strategy is a value
    optional: st.SearchStrategy[bool] = st.booleans()  # noqa: RUF009
    free: st.SearchStrategy[Any] | None = None


@cache
def schemas() -> Mapping[str, Any]:
    """The component schemas of the bundled document, by name, in the dialect of JSON Schema 2020-12."""
    return components(bundled_document())


def resolved(schema: Any) -> Any:
    """A schema with its references followed."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = schemas()[schema["$ref"].rpartition("/")[2]]
    return schema


def values(schema: Any, palette: Palette) -> st.SearchStrategy[Any]:
    """Values that are valid for a schema of the document. Raises ValueError for what the document does not use."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in _TYPES:
        subject: st.SearchStrategy[Any] = _objects(resolved(schema), palette)
        return subject.map(lambda value: {**value, "type": _TYPES[name]})
    schema = resolved(schema)
    if name in _ONE_FIELD:
        single = ({key: values(below, palette)} for key, below in schema["properties"].items())
        return st.one_of([st.fixed_dictionaries(each) for each in single])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return st.one_of([values(branch, palette) for branch in schema[key]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    made = _MAKERS.get(schema.get("type", "object"))
    if made is None:
        raise ValueError(f"no values for the schema {schema}")
    found: st.SearchStrategy[Any] = made(schema, palette)
    return found


def named(name: str, palette: Palette) -> st.SearchStrategy[Any]:
    """Values of a component schema."""
    return values(schemas()[name], palette)


def _strings(schema: Any, palette: Palette) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return palette.instant
    return st.uuids().map(str) if schema.get("format") == "uuid" else palette.text


def _integers(schema: Any, palette: Palette) -> st.SearchStrategy[Any]:
    if "maximum" in schema:
        return st.integers(schema.get("minimum", 0), schema["maximum"])
    return palette.size


def _attempts(_: Any, __: Palette) -> st.SearchStrategy[Any]:
    return st.integers(0, 100)


def _booleans(_: Any, __: Palette) -> st.SearchStrategy[Any]:
    return st.booleans()


def _arrays(schema: Any, palette: Palette) -> st.SearchStrategy[Any]:
    return st.lists(values(schema["items"], palette), max_size=_ENOUGH)


def _free_values(palette: Palette) -> st.SearchStrategy[Any]:
    if palette.free is not None:
        return palette.free
    leaves = palette.text | palette.size | st.booleans()
    return leaves | st.dictionaries(palette.text.filter(bool), leaves, max_size=2)


@st.composite
def _objects(draw: st.DrawFn, schema: Any, palette: Palette) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, below in schema.get("properties", {}).items():
        if name in schema.get("required", ()) or draw(palette.optional):
            found[name] = draw(values(below, palette))
    extra = schema.get("additionalProperties")
    if extra not in (None, False):
        inside = _free_values(palette) if extra is True else values(extra, palette)
        found |= draw(st.dictionaries(palette.text.filter(bool), inside, max_size=_ENOUGH))
    return found


_MAKERS: Mapping[str, Any] = {
    "string": _strings,
    "integer": _integers,
    "number": _attempts,
    "boolean": _booleans,
    "array": _arrays,
    "object": _objects,
}
