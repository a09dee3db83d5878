"""Whether a history input holds a given parameter with equal meaning.

Servers normalise times and durations and add defaults. So the parameters that are times and durations are compared by
what they mean, and keys that were not given are ignored. All other texts, such as names and metadata, are compared as
they are, whatever they look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.rules.evidence.wording import contrast, shown
from conformance.wire import exact_json
from conformance.wire.instant import MICROSECOND, parse_duration, parse_instant
from conformance.wire.pointer import token


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where a value does not mean what was given."""

    pointer: str
    expected: str
    observed: str

    @property
    def path(self) -> str:
        """The place in words: ``account.id``."""
        return self.pointer.strip("/").replace("/", ".") or "input"


_BY_MEANING = frozenset({"/duration", "/until", "/timestamp"})
"""Where the parameters of a stage are durations and instants."""
_EXACT_MAPS = "/metadata"
"""A map of a client's own keys: here an entry without a text is an entry all the same."""
_TIMES = frozenset({"createdAt", "updatedAt", "startedAt", "terminatedAt"})
_CLIENTS_OWN = "config"


def _same_text(given: str, found: str, slack: int) -> bool:
    if given == found:
        return True
    instants = parse_instant(given), parse_instant(found)
    if instants[0] is not None and instants[1] is not None:
        return abs(instants[0].ns - instants[1].ns) <= slack
    durations = parse_duration(given), parse_duration(found)
    return durations[0] is not None and durations[0] == durations[1]


def difference(given: Any, found: Any, pointer: str = "", *, slack: int = MICROSECOND) -> Difference | None:
    """The first difference in meaning, None when everything given is there; instants may differ by ``slack`` ns.

    ``pointer`` is where the two stand in the parameters of a stage.
    """
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        return _in_mapping(given, found, pointer, slack)
    if isinstance(given, str) and isinstance(found, str) and pointer in _BY_MEANING:
        same = _same_text(given, found, slack)
    else:
        same = given is None or exact_json.equal(given, found)
    return None if same else Difference(pointer, *contrast(given, found))


def _in_mapping(given: Mapping[str, Any], found: Mapping[str, Any], pointer: str, slack: int) -> Difference | None:
    for key, value in given.items():
        place = f"{pointer}/{token(key)}"
        if key not in found:
            if not pointer.endswith(_EXACT_MAPS) and (value is None or value is False or value in ("", [], {})):
                continue
            return Difference(place, shown(value), "nothing")
        problem = difference(value, found[key], place, slack=slack)
        if problem is not None:
            return problem
    return None


def same_within(left: Any, right: Any, slack: int, *, shared: bool = False, name: str = "") -> bool:
    """Whether two reads show one value: the API's own times within ``slack`` ns, null and absent fields alike.

    ``shared``: only the fields that both have count. ``name``: of the field whose values are compared.
    """
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        keys = left.keys() & right.keys() if shared else left.keys() | right.keys()
        return all(
            same_within(left.get(key), right.get(key), slack, shared=shared, name=_inner_name(name, key))
            for key in keys
        )
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return all(
            same_within(one, other, slack, shared=shared, name=name) for one, other in zip(left, right, strict=True)
        )
    if shared and (left is None or right is None):
        return True
    instants = (parse_instant(left), parse_instant(right)) if name in _TIMES else (None, None)
    if instants[0] is not None and instants[1] is not None:
        return abs(instants[0].ns - instants[1].ns) <= slack
    return exact_json.equal(left, right)


def _inner_name(name: str, key: str) -> str:
    """The name of a field in another one; what a client gave has no field that is a time of the API's own."""
    return _CLIENTS_OWN if _CLIENTS_OWN in (name, key) else key
