"""A badge in the usual flat style, as an SVG that needs nothing else."""

from __future__ import annotations

from pathlib import Path

from markupsafe import escape

from conformance.reports.text import VERDICT_WORDS, outcome_counts
from conformance.results.model import Results, Verdict

_COLOURS: dict[Verdict, str] = {
    "conformant": "#2b7a3f",
    "not_conformant": "#b3261e",
    "incomplete": "#8a5a00",
    "no_violation_found": "#4b5563",
}
_LABEL = "conformance"
_CHARACTER = 6.6
_TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {text}">
<title>{label}: {text}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{left_middle}" y="14">{label}</text><text x="{right_middle}" y="14">{text}</text></g>
</svg>
"""


def write_badge(results: Results, path: Path) -> Path:
    """Write the badge of a run."""
    path.write_text(badge_svg(results), encoding="utf-8")
    return path


def badge_svg(results: Results) -> str:
    """The verdict as a badge, with how many MUST requirements failed, if any."""
    failed = outcome_counts(item for item in results.requirements if item.level == "MUST")["failed"]
    text = VERDICT_WORDS[results.verdict].lower() + (f" ({failed} failed)" if failed else "")
    left, right = (round(len(part) * _CHARACTER + 12) for part in (_LABEL, text))
    return _TEMPLATE.format(
        width=left + right,
        left=left,
        right=right,
        left_middle=left / 2,
        right_middle=left + right / 2,
        colour=_COLOURS[results.verdict],
        label=_LABEL,
        text=escape(text),
    )
