"""Files of known deviations, read and written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.errors import UserError
from conformance.results.known.deviations import KEYS, KnownDeviation
from conformance.results.known.ways import pattern_of
from conformance.results.model import Finding, RequirementResult, Results

PLACEHOLDER = "TODO: why is this accepted, and until when?"
_UNFILLED = "todo"
_HEADER = """\
# Deviations that are known and accepted. Each still runs; while it is listed here it does not fail a run.
# Write a reason for each. An entry covers the finding, the operation and what was observed, as far as it names them
# (* stands for any text), so the same requirement violated in another way is an alarm all the same.
# link says where it is tracked, and after the day `until` (YYYY-MM-DD) the entry counts as stale.
"""
_FORM = "Write 'known:' and below it entries with requirement and reason; `conformance known` makes a first file."
_WIDE = 10_000


class KnownFileInvalid(UserError):
    """A file of known deviations that cannot be used."""

    def __init__(self, path: Path, reason: str, hint: str = _FORM) -> None:
        super().__init__(f"{path} is not a usable list of known deviations: {reason}.", hint)


def load_known(path: Path) -> tuple[KnownDeviation, ...]:
    """Read a YAML file of known deviations. Raises KnownFileInvalid, naming the entry at fault."""
    try:
        document = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise KnownFileInvalid(path, error.strerror or "it cannot be read") from error
    except (yaml.YAMLError, ValueError) as error:
        raise KnownFileInvalid(path, "it is not YAML") from error
    entries = document.get("known") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise KnownFileInvalid(path, "it has no list named 'known'")
    return tuple(each for number, raw in enumerate(entries, start=1) for each in _entry(path, number, raw))


def unfilled(path: Path, known: Sequence[KnownDeviation]) -> str | None:
    """What is still to be written into a file, in a sentence; None when every entry has its reason."""
    lacking = list(dict.fromkeys(each.requirement for each in known if is_placeholder(each.reason)))
    if not lacking:
        return None
    others = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
    return f"{path}: write a reason in place of the placeholder for {', '.join(lacking[:3])}{others}."


def is_placeholder(reason: str) -> bool:
    """Whether a reason is still the one that `conformance known` wrote."""
    return reason.strip().lower().startswith(_UNFILLED)


def known_from(results: Results) -> str:
    """YAML with an entry for each finding of a run that fails it, to be edited: its reasons are placeholders."""
    failed = {each.id: each for each in results.requirements if each.outcome == "failed"}
    shown = [entry for finding in results.findings if (entry := _of_finding(finding, failed))]
    told = {name for _, entry in shown for name in entry["requirement"]}
    bare = [_of_requirement(each) for each in failed.values() if each.id not in told]
    if not shown and not bare:
        return f"{_HEADER}known: []\n"
    return f"{_HEADER}known:\n" + "".join(_text_of(*each) for each in (*shown, *bare))


def _of_finding(finding: Finding, failed: dict[str, RequirementResult]) -> tuple[str, dict[str, Any]] | None:
    """A comment and an entry for a finding; None when nothing that it violates fails the run."""
    violated = [name for name in dict.fromkeys([finding.requirement, *finding.requirements]) if name in failed]
    if not violated or finding.known is not None:
        return None
    entry = {
        "finding": finding.id,
        "requirement": violated,
        "operation": finding.operations[0] if finding.operations else None,
        "observed": pattern_of(finding.observed),
    }
    return f"{finding.expected} — but {finding.observed}", entry


def _of_requirement(requirement: RequirementResult) -> tuple[str, dict[str, Any]]:
    return requirement.statement, {"requirement": [requirement.id]}


def _text_of(comment: str, entry: dict[str, Any]) -> str:
    names = entry["requirement"]
    given = {key: value for key, value in entry.items() if value} | {"reason": PLACEHOLDER}
    given["requirement"] = names[0] if len(names) == 1 else names
    text = yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=_WIDE, default_flow_style=False)
    lines = [f"# {_printable(comment)}", *text.splitlines()]
    return "\n".join([f"  {lines[0]}", f"  - {lines[1]}", *(f"    {line}" for line in lines[2:])]) + "\n"


def _printable(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:160]


def _entry(path: Path, number: int, raw: Any) -> Iterator[KnownDeviation]:
    """The deviations of one entry: one for each requirement that it names."""
    if not isinstance(raw, dict):
        raise KnownFileInvalid(path, f"entry {number} is not a mapping")
    unknown = [str(key) for key in raw if key not in KEYS]
    if unknown:
        raise KnownFileInvalid(path, f"entry {number} has the unknown key {unknown[0]!r}")
    names = raw.get("requirement")
    listed = names if isinstance(names, list) else [names]
    requirements = [_text(path, number, "requirement", name) for name in listed]
    if not requirements or None in requirements:
        raise KnownFileInvalid(path, f"entry {number} has no requirement")
    texts = {key: _text(path, number, key, raw.get(key)) for key in KEYS if key not in ("until", "requirement")}
    if not texts["reason"]:
        hint = "Write after 'reason:' why this deviation is accepted."
        raise KnownFileInvalid(path, f"entry {number} has no reason ({requirements[0]})", hint)
    until = raw.get("until")
    if until is not None and type(until) is not date:
        raise KnownFileInvalid(path, f"entry {number} has an 'until' that is no date of the form YYYY-MM-DD")
    reason = texts.pop("reason") or ""
    for name in requirements:
        yield KnownDeviation(requirement=name or "", reason=reason, until=until, **texts)


def _text(path: Path, number: int, key: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise KnownFileInvalid(path, f"entry {number} has a {key} that is no text")
    return value.strip() or None if value else None
