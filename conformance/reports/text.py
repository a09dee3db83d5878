"""Text for reports: every character that comes from a target is shown, and none is interpreted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from conformance.results.compare import Change, Comparison
from conformance.results.model import OUTCOMES, Finding, Level, Outcome, RequirementResult, Results, Verdict
from conformance.wire import exact_json

OUTCOME_WORDS: dict[Outcome, str] = {
    "passed": "passed",
    "failed": "failed",
    "not_exercised": "not exercised",
    "not_applicable": "not applicable",
    "known_deviation": "known deviation",
    "inconclusive": "inconclusive",
}
OUTCOME_SIGNS: dict[Outcome, str] = {
    "passed": "✓",
    "failed": "✗",
    "not_exercised": "○",
    "not_applicable": "–",
    "known_deviation": "≈",
    "inconclusive": "?",
}
VERDICT_WORDS: dict[Verdict, str] = {
    "conformant": "Conformant",
    "not_conformant": "Not conformant",
    "incomplete": "Incomplete",
    "no_violation_found": "No violation found",
}
CHANGE_WORDS: dict[Change, str] = {
    "new": "new",
    "fixed": "fixed",
    "changed": "changed",
    "still_there": "still there",
    "no_longer_judged": "no longer judged",
}
LEVELS: tuple[Level, ...] = ("MUST", "SHOULD")

_ANSWER = re.compile(r"(?P<status>[1-5]\d\d)(?P<body>\s.*)?", re.ASCII | re.DOTALL)
_NAMED = 5
_SHORT = 20
"""Characters of a JSON body that a line has room for: enough to tell an empty list from one that is not."""

_KEPT = frozenset("\n\t")
_ACTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with every character that controls, reorders or hides named instead: U+202E as ‹U+202E›.

    Lone surrogates are among them, so the result is always valid UTF-8.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    acts = character not in _KEPT and unicodedata.category(character) in _ACTING
    return f"‹U+{ord(character):04X}›" if acts else character


def cut(text: str, limit: int) -> str:
    """The text, or its first ``limit`` characters and how many there were."""
    return text if len(text) <= limit else f"{text[:limit]}… (cut: {len(text):,} characters in all)"


def one_line(text: str, limit: int = 200) -> str:
    """The text on one line, nothing in it acting, at most about ``limit`` characters."""
    # Single blanks stay as many as they are: names may differ in nothing else.
    flat = re.sub(r"\s*[^\S ]\s*", " ", visible(text[: limit * 4])).strip()
    return flat if len(flat) <= limit and len(text) <= limit * 4 else f"{flat[:limit].rstrip()}…"


def plural(count: int, noun: str) -> str:
    """ "1 finding", "2 findings"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listed(names: Sequence[object]) -> str:
    """ "2", "2 and 3", "2, 3 and 4"."""
    *before, last = map(str, names)
    return f"{', '.join(before)} and {last}" if before else last


def cut_short(results: Results) -> str:
    """How a run did not come to its own end, in a clause; empty where it did, and where nothing could be tested."""
    target = results.target
    if missing := target.get("missing"):
        noun, verb = ("share", "is") if len(missing) == 1 else ("shares", "are")
        return f"{noun} {listed(missing)} of the run {verb} missing"
    if target.get("lost"):
        return "the target was not tested to the end"
    return "" if results.complete or target.get("untested") else "the run was cut before its end"


def outcome_counts(requirements: Iterable[RequirementResult]) -> dict[Outcome, int]:
    """How many requirements have each of the six outcomes."""
    found = Counter(requirement.outcome for requirement in requirements)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def level_sentence(results: Results, level: Level) -> str:
    """What is to be said of one level, in a sentence without the level's name."""
    counts = outcome_counts(requirement for requirement in results.requirements if requirement.level == level)
    total = sum(counts.values()) - counts["not_applicable"]
    if not total:
        return "no applicable requirement."
    more = counts["not_applicable"]
    aside = f" ({more} more {'does' if more == 1 else 'do'} not apply)" if more else ""
    if counts["passed"] == total:
        every = "the only applicable requirement" if total == 1 else f"all {total} applicable requirements"
        return f"met: {every} passed{aside}."
    parts = [_counted(counts[name], name) for name in OUTCOMES if counts[name] and name != "not_applicable"]
    return f"{_standing(counts)}: of {plural(total, 'applicable requirement')}, {', '.join(parts)}{aside}."


def _counted(count: int, outcome: Outcome) -> str:
    return (
        plural(count, OUTCOME_WORDS[outcome]) if outcome == "known_deviation" else f"{count} {OUTCOME_WORDS[outcome]}"
    )


def _standing(counts: dict[Outcome, int]) -> str:
    if counts["failed"]:
        return "not met"
    return "not fully judged" if counts["not_exercised"] or counts["inconclusive"] else "met, with known deviations"


def comparison_sentence(comparison: Comparison) -> str:
    """What became of the requirements since an earlier run, the new ones by name."""
    news = [item.id for item in comparison.requirements if item.change == "new"]
    counts = [f"{count} {CHANGE_WORDS[change]}" for change, count in comparison.counts.items() if count]
    if news:
        counts[0] += f" ({', '.join(news[:_NAMED])}{', …' if len(news) > _NAMED else ''})"
    findings = sum(item.change == "new" for item in comparison.findings)
    also = f"; {plural(findings, 'new finding')}" if findings else ""
    return f"Since {comparison.old}: {', '.join(counts) or 'no requirement differs'}{also}."


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Unknown before known, MUST before SHOULD, always before sometimes, more requirements before fewer.

    Of one level the first finding of each requirement comes before every further one: where only some are told, each
    requirement that failed is among them for as long as there is room.
    """
    ranked = sorted(
        findings,
        key=lambda item: (
            *_standing_of(item),
            item.reproducibility != "always",
            -len(item.requirements),
            (len(item.id), item.id),
        ),
    )
    firsts: dict[tuple[bool, str], str] = {}
    further = [firsts.setdefault((item.known is not None, item.requirement), item.id) != item.id for item in ranked]
    placed = sorted(zip(further, ranked, strict=True), key=lambda pair: _standing_of(pair[1]) + pair[:1])
    return [item for _, item in placed]


def alike(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings, together where one line tells enough of them: the same came, at several operations."""
    groups: dict[tuple[bool, str, str], list[Finding]] = {}
    for item in findings:
        key = (item.known is not None, item.requirement, item.observed)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _standing_of(finding: Finding) -> tuple[bool, int]:
    return finding.known is not None, LEVELS.index(finding.level)


def time_taken(results: Results) -> str:
    """How long a run took; of a recording, how long its judging took, which says nothing of the recording itself."""
    recorded = results.target.get("recording") and not results.target.get("proxy")
    return f"{results.duration_s:.1f} s of judging" if recorded else f"{results.duration_s:.0f} s"


def readable_time(moment: str) -> str:
    """An RFC 3339 time as people write it: 2026-11-23 22:46:34 UTC."""
    day, _, clock = moment.partition("T")
    return f"{day} {clock[:8]} UTC" if clock.endswith(("Z", "+00:00")) else moment


def hint(finding: Finding, limit: int = 160) -> str:
    """A finding in one line that can be understood alone: what was due, and what came instead."""
    if not finding.expected or not finding.observed:
        return one_line(finding.observed or finding.expected or finding.requirement, limit)
    came = answered(finding.observed, short=True)
    # What was observed matters more, so what was expected may take the smaller part, and what is left.
    due = one_line(finding.expected, max(limit * 2 // 5, limit - len(came) - 8)).rstrip(".")
    return f"{due} — but {one_line(came, limit - len(due) - 7)}"


def answered(observed: str, *, short: bool = False) -> str:
    """What was observed, as words: a bare status, with or without a body, becomes "the answer was …".

    An Error becomes its code and message; of another JSON body ``short`` leaves the beginning.
    """
    match = _ANSWER.fullmatch(observed)
    if match is None:
        return observed
    status, body = match["status"], (match["body"] or "").strip()
    error = exact_json.parse_or_none(body) if body.startswith("{") else None
    if isinstance(error, dict) and error.keys() == {"errorCode", "errorMessage"}:
        body = f"{error['errorCode']}: {error['errorMessage']}"
    elif short and len(body) > _SHORT and body.startswith(("{", "[")):
        body = f"{body[:_SHORT]}…"
    return f"the answer was {status} {body}".rstrip()


def sentence_case(text: str) -> str:
    """The text with a capital first letter, but for a name such as createdAt, which keeps its own."""
    word = text.split(maxsplit=1)[0].rstrip(":,;.") if text.strip() else ""
    return text[0].upper() + text[1:] if word.isalpha() and word.islower() else text


def how_sure(finding: Finding) -> str:
    """How often it was replayed and shown, or how often it was seen and why it was not replayed, in words."""
    played, shown = finding.replays.played, finding.replays.shown
    times = "once" if finding.seen == 1 else f"{finding.seen:,} times"
    if not played:
        return f"seen {times}, not replayed: {finding.not_replayed}" if finding.not_replayed else f"seen {times}"
    told = f"replayed {shown} of {played}"
    if not shown:
        return f"seen {times}, {told}"
    return told if shown == played else f"{told}: depends on timing"


def scenario_heading(finding: Finding) -> str:
    """What the scenario of a finding is: minimal only where nothing simpler was left to try."""
    if finding.minimised:
        return "Minimal scenario"
    before, now = finding.shortened_from or 0, len(finding.exchanges)
    return f"Scenario, shortened from {before} to {plural(now, 'exchange')}" if before > now else "Scenario"
