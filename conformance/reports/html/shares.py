"""A bar of the shares that the six outcomes have."""

from __future__ import annotations

from markupsafe import Markup

from conformance.reports.text import OUTCOME_WORDS
from conformance.results.model import OUTCOMES, Outcome

_WIDTH, _HEIGHT = 600, 10
_ORDER: tuple[Outcome, ...] = ("failed", "inconclusive", "not_exercised", "known_deviation", "passed", "not_applicable")


def draw_shares(counts: dict[Outcome, int]) -> Markup:
    """An SVG element, worst first; empty without requirements. Screen readers have the counts beside it."""
    total = sum(counts[outcome] for outcome in OUTCOMES)
    if not total:
        return Markup("")
    part = Markup('<rect class="b-{}" x="{}" width="{}" height="{}"><title>{} {}</title></rect>')
    x, parts = 0.0, []
    for outcome in _ORDER:
        width = counts[outcome] / total * _WIDTH
        if counts[outcome]:
            shown = max(width - 1.5, 1.0)
            parts.append(
                part.format(outcome, round(x, 1), round(shown, 1), _HEIGHT, counts[outcome], OUTCOME_WORDS[outcome])
            )
        x += width
    opening = Markup('<svg class="shares" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">')
    return opening.format(_WIDTH, _HEIGHT) + Markup("").join(parts) + Markup("</svg>")
