"""Bodies read in other ways: strictly or leniently, where JSON readers differ and the API leaves it open."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

from benchmarks.freedoms.freedom import Freedom, of_server
from conformance.reference.faults.fault import around
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

_TEXTS = "RFC 8259 calls what a reader makes of NUL and half a surrogate pair unpredictable"
_KEYS = "RFC 8259 calls what a reader makes of a key that is there twice unpredictable"
_BODIES = ("createWorkflow", "runWorkflow", "sendEvent")
_ODD = re.compile("[\0\ud800-\udfff]")
_WORDS = ("name", "stages")


def _rewrite(server: Server, change: Callable[[bytes], bytes], operations: Iterable[str] = _BODIES) -> None:
    """Have operations read ``change(body)``; it may raise Invalid."""
    for operation in operations:

        async def handle(original: Handler, call: Call) -> Reply:
            return await original(replace(call, body=change(call.body)))

        around(server, operation, handle)


def _on_value(change: Callable[[Json], Json]) -> Callable[[bytes], bytes]:
    """A change of bodies that are JSON; others stay as they are."""

    def rewritten(body: bytes) -> bytes:
        try:
            return write(change(read(body))) if body else body
        except MalformedJson:
            return body

    return rewritten


def texts_mapped(value: Json, change: Callable[[str], str]) -> Json:
    """A copy of a value in which each text, keys included, has been changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): texts_mapped(item, change) for key, item in value.items()}
    return [texts_mapped(item, change) for item in value] if isinstance(value, list) else value


@of_server(_TEXTS, "odd texts")
def refuses_odd_texts(server: Server, chance: Random) -> None:
    """A text with NUL or half a surrogate pair gets 400."""
    del chance

    def checked(text: str) -> str:
        if _ODD.search(text):
            raise Invalid("a text cannot be stored")
        return text

    _rewrite(server, _on_value(lambda value: texts_mapped(value, checked)))


@of_server(_TEXTS, "odd texts")
def mends_odd_texts(server: Server, chance: Random) -> None:
    """NUL and half a surrogate pair become U+FFFD."""
    del chance
    _rewrite(server, _on_value(lambda value: texts_mapped(value, lambda text: _ODD.sub("\ufffd", text))))


def _unique(pairs: list[tuple[str, Json]]) -> Mapping[str, Json]:
    if len(dict(pairs)) < len(pairs):
        raise Invalid("a key is there twice")
    return dict(pairs)


@of_server(_KEYS, "keys")
def refuses_keys_given_twice(server: Server, chance: Random) -> None:
    """A key that is there twice gets 400."""
    del chance

    def checked(body: bytes) -> bytes:
        with contextlib.suppress(ValueError, RecursionError):
            json.loads(body, object_pairs_hook=_unique)
        return body

    _rewrite(server, checked)


def _first_wins(pairs: list[tuple[str, Json]]) -> Mapping[str, Json]:
    return dict(reversed(pairs))


@of_server(_KEYS, "keys")
def first_key_wins(server: Server, chance: Random) -> None:
    """Of a key that is there twice the first one counts."""
    del chance
    decoder = json.JSONDecoder(object_pairs_hook=_first_wins, parse_float=Decimal)

    def rewritten(body: bytes) -> bytes:
        try:
            read(body)
            return write(decoder.decode(body.decode()))
        except (ValueError, RecursionError):
            return body

    _rewrite(server, rewritten)


def _check_numbers(value: Json) -> Json:
    if isinstance(value, Decimal):
        raise Invalid("an integer has digits only")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_numbers(inner)
    return value


@of_server("whether 1e3 or 1.0 is read as an integer differs between JSON readers")
def refuses_integers_with_exponents(server: Server, chance: Random) -> None:
    """A number with a point or an exponent gets 400."""
    del chance
    _rewrite(server, _on_value(_check_numbers))


@of_server("many readers stop behind the first JSON value")
def stops_after_the_value(server: Server, chance: Random) -> None:
    """What stands behind a JSON value is not looked at."""
    del chance
    decoder = json.JSONDecoder()

    def first(body: bytes) -> bytes:
        try:
            text = body.decode()
            lead = len(text) - len(text.lstrip(" \t\r\n"))
            return text[: decoder.raw_decode(text, lead)[1]].encode()
        except (ValueError, RecursionError):
            return body

    _rewrite(server, first)


@of_server("a key in another case is an unknown key; what becomes of those is left open")
def keys_in_any_case(server: Server, chance: Random) -> None:
    """Name and STAGES are read as name and stages."""
    del chance

    def lowered(value: Json) -> Json:
        if not isinstance(value, dict):
            return value
        exact = {key: item for key, item in value.items() if key.lower() not in _WORDS or key in _WORDS}
        others = {key.lower(): item for key, item in value.items() if key.lower() in _WORDS and key not in _WORDS}
        return others | exact

    _rewrite(server, _on_value(lowered), ("createWorkflow", "sendEvent"))


@of_server("null for a key that may be missing is read as missing by many readers", "null")
def null_is_missing(server: Server, chance: Random) -> None:
    """A name of null is none, and so is a parameter of null."""
    del chance

    def without(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: without(item) for key, item in value.items() if item is not None}
        return value

    def cleaned(config: Json) -> Json:
        if not isinstance(config, dict):
            return config
        stages = config.get("stages")
        kept = {key: item for key, item in config.items() if key != "name" or item is not None}
        if isinstance(stages, list):
            kept["stages"] = [_without_in(stage, without) for stage in stages]
        return kept

    _rewrite(server, _on_value(cleaned), ("createWorkflow",))


def _without_in(stage: Json, without: Callable[[Json], Json]) -> Json:
    if not isinstance(stage, dict):
        return stage
    return {kind: {} if given is None else without(given) for kind, given in stage.items()}


FREEDOMS: tuple[Freedom, ...] = (
    refuses_odd_texts,
    mends_odd_texts,
    refuses_keys_given_twice,
    first_key_wins,
    refuses_integers_with_exponents,
    stops_after_the_value,
    keys_in_any_case,
    null_is_missing,
)
