"""In which way a requirement is violated: two findings of one requirement may have nothing else in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.results.model import Finding

ANY = "*"
_LENGTH = 200
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|(?<!\w)\'[^\']*\'(?!\w)|`[^`]*`')
_JSON = re.compile(r"[\[{].*[\]}]", re.DOTALL)
_CUT_VALUE = re.compile(r'[\[{][^\]}]*…$|"[^"]*…$')
_ID = re.compile(r"\b(?=[\w-]*\d)[\w-]{9,}\b")
# A status is part of the way, any other number is a measurement or a count of one run.
_NUMBER = re.compile(r"(?<![\w.])(?![1-5]\d\d(?![\d.,]|\s*(?:[mµ]?s|seconds|characters|times)\b))\d+(?:[.,]\d+)*")
_ANYTHING = re.compile(r"\*(?:[\s,:;]*\*)*")


@dataclass(frozen=True, slots=True)
class Seen:
    """A violation as an entry of known deviations looks at it; ``ids`` are those that its finding may have."""

    ids: frozenset[str]
    operations: tuple[str, ...]
    observed: str

    @classmethod
    def of(cls, requirement: str, operations: Sequence[str], observed: str) -> Seen:
        """A violation of a requirement that is (or would be) a finding at these operations, the deciding one first."""
        ids = {finding_id(requirement, operations[:1]), way_id(requirement, operations[:1], observed)}
        return cls(frozenset(ids), tuple(operations), observed)

    @classmethod
    def in_finding(cls, finding: Finding) -> Seen:
        """What a finding shows."""
        seen = cls.of(finding.requirement, finding.operations, finding.observed)
        return cls(seen.ids | {finding.id}, seen.operations, seen.observed)


def finding_id(requirement: str, operations: Sequence[str]) -> str:
    """A stable id: the requirement, and a short hash of it with the operation that shows it."""
    digest = hashlib.sha256(" ".join([requirement, *operations]).encode()).hexdigest()[:6]
    return f"{requirement}-{digest}"


def way_id(requirement: str, operations: Sequence[str], observed: str) -> str:
    """The id of a further finding at the same operation: it also depends on the way."""
    return finding_id(requirement, [*operations, pattern_of(observed)])


def pattern_of(observed: str) -> str:
    """What was observed, with * for what is another one in the next run: names, ids, values, times and counts."""
    text = observed
    for kind in (_QUOTED, _JSON, _CUT_VALUE, _ID, _NUMBER):
        text = kind.sub(ANY, text)
    return _ANYTHING.sub(ANY, _one_line(text))[:_LENGTH].rstrip()


def fits(pattern: str, observed: str) -> bool:
    """Whether an observed text is one that a pattern means; * stands for any text, also for none.

    A pattern that ends where it was cut covers what goes on.
    """
    pattern = _one_line(pattern)
    wanted = ".*".join(re.escape(part) for part in pattern.split(ANY))
    more = ".*" if len(pattern) >= _LENGTH - 1 else ""
    return re.fullmatch(wanted + more, _one_line(observed), re.DOTALL | re.IGNORECASE) is not None


def _one_line(text: str) -> str:
    return " ".join(text.split())
