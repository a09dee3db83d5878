"""The conclusion of a run: headline, reason and exit code, all from the same facts."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.reports.text import VERDICT_WORDS, cut_short, outcome_counts, plural
from conformance.results.model import Finding, Results
from conformance.results.verdict import CONFORMANT, INCOMPLETE, INTERRUPTED, NOT_CONFORMANT

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Conclusion:
    """``headline`` and ``reason`` are for the top of a report; ``why`` says where ``code`` comes from, "" for 0."""

    headline: str
    reason: str
    code: int
    why: str = ""

    @property
    def last_line(self) -> str:
        """The last line of what a command prints, "" when all is well."""
        return f"Exit code {self.code}: {self.why}." if self.code else ""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a conclusion depends on. ``accepted`` is false where an option turns something else into a failure."""

    results: Results
    failed: int
    open: int
    known: int
    should_failed: int
    unselected: tuple[str, ...]
    failures: tuple[str, ...]
    interrupted: bool

    @property
    def violated(self) -> bool:
        """Whether anything at all was seen violated."""
        return bool(self.failed or self.should_failed or self.unselected)


def conclusion_of(results: Results, *, interrupted: bool = False) -> Conclusion:
    """The conclusion of a run; ``interrupted`` when it was the user who ended it.

    Exit codes: 0 conformant or no violation found, 1 not conformant (or a failure by --fail-on or --strict-known),
    3 incomplete, 130 interrupted. A failure of the suite itself is never conformant.
    """
    facts = _facts(results, interrupted)
    code, why = _code(facts)
    return Conclusion(_headline(facts), _reason(facts), code, why)


def exit_code(results: Results) -> int:
    """Only the exit code of a run that nobody interrupted."""
    return conclusion_of(results).code


def _facts(results: Results, interrupted: bool) -> _Facts:
    must = outcome_counts(item for item in results.requirements if item.level == "MUST")
    should = outcome_counts(item for item in results.requirements if item.level == "SHOULD")
    stale = sum(bool(entry.get("fails")) for entry in results.stale)
    failures = []
    if must["failed"]:
        failures.append(f"{plural(must['failed'], 'MUST requirement')} failed")
    if should["failed"] and results.configuration.get("fail_on") == "should":
        failures.append(f"{plural(should['failed'], 'SHOULD requirement')} failed, which --fail-on should counts")
    if stale:
        happen = "happens" if stale == 1 else "happen"
        failures.append(f"{plural(stale, 'known deviation')} no longer {happen}, which --strict-known counts")
    return _Facts(
        results=results,
        failed=must["failed"],
        open=must["not_exercised"] + must["inconclusive"],
        known=must["known_deviation"],
        should_failed=should["failed"],
        unselected=_unselected(results),
        failures=tuple(failures),
        interrupted=interrupted,
    )


def _unselected(results: Results) -> tuple[str, ...]:
    """Requirements that the findings violate, too, although -k and -m left them out."""
    if not results.narrowed:
        return ()
    selected = {item.id for item in results.requirements}
    violated = (name for finding in _alarming(results) for name in (finding.requirement, *finding.requirements))
    return tuple(dict.fromkeys(name for name in violated if name not in selected))


def _alarming(results: Results) -> list[Finding]:
    return [finding for finding in results.findings if finding.known is None]


def _code(facts: _Facts) -> tuple[int, str]:
    if facts.interrupted:
        return INTERRUPTED, "interrupted; what was measured until then is in the report"
    if facts.failures:
        return NOT_CONFORMANT, "; ".join(facts.failures)
    if facts.results.errors:
        return INCOMPLETE, "the suite itself failed"
    if facts.results.verdict == "incomplete" and not _is_share(facts.results):
        return INCOMPLETE, _incomplete(facts)
    return CONFORMANT, ""


def _is_share(results: Results) -> bool:
    """Whether a share of a run was played to its end, which says nothing before all are merged."""
    target = results.target
    return bool(target.get("shard")) and results.whole and not target.get("untested")


def _headline(facts: _Facts) -> str:
    verdict = facts.results.verdict
    if _is_share(facts.results):
        return f"Share {facts.results.target['shard']}"
    if verdict != "not_conformant" and facts.results.errors:
        return VERDICT_WORDS["incomplete"]
    if verdict == "no_violation_found" and facts.violated:
        selected = "" if facts.results.target.get("recording") else "selected "
        return f"No {selected}MUST requirement failed"
    if verdict in {"conformant", "no_violation_found"} and facts.failures:
        return f"{VERDICT_WORDS[verdict]}, but not accepted"
    if verdict == "incomplete" and facts.failures:
        return f"{VERDICT_WORDS[verdict]}, and not accepted"
    return VERDICT_WORDS[verdict]


def _reason(facts: _Facts) -> str:
    results = facts.results
    if _is_share(results) and not results.errors:
        return "It was played to its end; `conformance merge` makes one result of all shares."
    parts = ["The suite itself failed"] if results.errors else []
    if results.verdict == "not_conformant":
        parts.append(f"{facts.failures[0]}{_causes(results)}" if facts.failures else "A MUST requirement failed")
        parts += [_sentence(short)] if (short := cut_short(results)) else []
    elif results.verdict == "incomplete":
        parts.append(_sentence(_incomplete(facts)))
    elif results.verdict == "no_violation_found":
        parts += _violations(facts)
        parts.append("Only a part was looked at, so this says nothing about conformance as a whole")
    else:
        but = f", but for {plural(facts.known, 'known deviation')}" if facts.known else ""
        parts.append(f"Every applicable MUST requirement passed{but}")
    # What else makes the exit code differ from what the verdict lets one expect.
    parts += [_sentence(text) for text in facts.failures if not (text.endswith(" failed") and "MUST" in text)]
    return ". ".join(parts) + "."


def _violations(facts: _Facts) -> list[str]:
    parts = []
    if facts.should_failed:
        parts.append(f"{plural(facts.should_failed, 'SHOULD requirement')} failed")
    if facts.unselected:
        named = ", ".join(facts.unselected[:_NAMED])
        rest = len(facts.unselected) - _NAMED
        more = f" and {rest} more" if rest > 0 else ""
        parts.append(f"The findings also violate what was not selected: {named}{more}")
    if facts.open:
        parts.append(f"{plural(facts.open, 'MUST requirement')} could not be judged")
    return parts


def _incomplete(facts: _Facts) -> str:
    """Why nothing more can be said, without a capital letter."""
    results = facts.results
    cut = f"{short}; " if (short := cut_short(results)) else ""
    if results.target.get("lacking"):
        return f"nothing can be said: {results.target['lacking']}"
    if results.target.get("untested"):
        return f"the target could not be tested: {str(results.target['untested']).rstrip('.')}"
    if results.target.get("unmet"):
        return f"{cut}required, and not judged: {', '.join(results.target['unmet'])}"
    if facts.open:
        return f"{cut}no MUST requirement failed, but {facts.open} could not be judged"
    if not any(item.level == "MUST" and item.outcome != "not_applicable" for item in results.requirements):
        return f"{cut}no applicable MUST requirement was judged"
    if results.target.get("missing"):
        return f"{cut}no MUST requirement failed in the rest"
    return f"{cut}no MUST requirement failed until then" if cut else "no MUST requirement failed"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _causes(results: Results) -> str:
    """How many findings explain the failures, where that is fewer: one cause often breaks several requirements."""
    failed = [item for item in results.requirements if item.level == "MUST" and item.outcome == "failed"]
    causes = {name for item in failed for name in item.findings}
    return f", explained by {plural(len(causes), 'finding')}" if 0 < len(causes) < len(failed) else ""
