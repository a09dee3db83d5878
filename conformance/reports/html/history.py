"""The history of many nights as one page: a row a requirement, a column a night."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from conformance.reports.html.page import render
from conformance.reports.text import OUTCOME_WORDS, VERDICT_WORDS, plural
from conformance.results.history import Change, History, Night, Row, Turn

_WIDTH = 700.0
_WIDEST, _HEIGHT, _CHART = 28.0, 14, 46
_LISTED = 300
_TURNS: dict[Turn, str] = {"failed": "seen first", "broke": "broke", "mended": "mended"}


@dataclass(frozen=True, slots=True)
class RowView:
    """A requirement's row: its picture, and what it says to who cannot see it."""

    row: Row
    picture: Markup
    told: str


def write_history(history: History, path: Path) -> Path:
    """Write the page; links to the nights' own reports are relative to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_history(history, path.parent), encoding="utf-8")
    return path


def render_history(history: History, folder: Path) -> str:
    """The page as an HTML document; ``folder`` is where it will lie."""
    nights = history.nights
    hrefs = [_href(night, folder) for night in nights]
    return render(
        "history.html.j2",
        history=history,
        hrefs=hrefs,
        changes=history.changes[:_LISTED],
        further=max(0, len(history.changes) - _LISTED),
        verdict_row=_verdicts(nights, hrefs),
        axis=_axis(nights),
        rows=[RowView(row, _strip(row, nights), told(row, nights)) for row in history.rows],
        charts=[
            ("Run time", "s", _chart(nights, lambda night: night.duration_s, "s"), _range(nights, "duration_s")),
            ("Exchanges", "", _chart(nights, lambda night: night.exchanges, "exchanges"), _range(nights, "exchanges")),
        ],
    )


def told(row: Row, nights: Sequence[Night]) -> str:
    """A requirement's history in a sentence."""
    failed = sum(outcome == "failed" for outcome in row.outcomes)
    if not failed:
        last = next((outcome for outcome in reversed(row.outcomes) if outcome is not None), None)
        return f"{OUTCOME_WORDS[last]} in the last night" if last is not None else "in no night"
    changes = "; ".join(f"{_TURNS[each.turn]} {nights[each.night].day[:10]}" for each in row.changes[-6:])
    return f"failed in {failed} of {plural(len(nights), 'night')}: {changes}"


def _cell(nights: Sequence[Night]) -> float:
    return min(_WIDEST, _WIDTH / max(1, len(nights)))


def _svg(kind: str, nights: Sequence[Night], height: int, parts: Sequence[Markup], label: str = "") -> Markup:
    width = round(_cell(nights) * len(nights), 1)
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    opening = Markup('<svg class="nights {}" width="{}" height="{}" viewBox="0 0 {} {}" {}>')
    return opening.format(kind, width, height, width, height, said) + Markup("").join(parts) + Markup("</svg>")


def _strip(row: Row, nights: Sequence[Night]) -> Markup:
    """Nights in a row that have the same outcome are one rectangle: hundreds of nights stay a few elements."""
    cell, at, parts = _cell(nights), 0, list[Markup]()
    part = Markup('<rect class="b-{}" x="{}" width="{}" height="{}"><title>{}</title></rect>')
    for outcome, group in groupby(row.outcomes):
        count = len(list(group))
        if outcome is not None:
            first, last = nights[at].day, nights[at + count - 1].day
            title = f"{OUTCOME_WORDS[outcome]}: {first}" + (f" to {last}" if count > 1 else "")
            width = round(max(cell * count - 0.4, 0.6), 2)
            parts.append(part.format(outcome, round(at * cell, 2), width, _HEIGHT, title))
        at += count
    return _svg("strip", nights, _HEIGHT, parts)


def _verdicts(nights: Sequence[Night], hrefs: Sequence[str]) -> Markup:
    cell, parts = _cell(nights), list[Markup]()
    plain = Markup('<rect class="v-{}" x="{}" width="{}" height="{}"><title>{}</title></rect>')
    linked = Markup('<a href="{}">{}</a>')
    for number, (night, href) in enumerate(zip(nights, hrefs, strict=True)):
        title = f"{night.day}: {VERDICT_WORDS[night.verdict]}, {night.failed} failed"
        drawn = plain.format(night.verdict, round(number * cell, 2), round(max(cell - 0.6, 0.8), 2), _HEIGHT + 4, title)
        parts.append(linked.format(href, drawn) if href else drawn)
    return _svg("verdicts", nights, _HEIGHT + 4, parts, f"The verdicts of {plural(len(nights), 'night')}")


def _axis(nights: Sequence[Night]) -> Markup:
    """The day of every so manyth night."""
    cell, parts = _cell(nights), list[Markup]()
    step = max(1, round(90 / cell))
    for number in range(0, len(nights), step):
        parts.append(Markup('<text x="{}" y="12">{}</text>').format(round(number * cell, 1), nights[number].day[:10]))
    return _svg("axis", nights, 16, parts)


def _chart(nights: Sequence[Night], value: Callable[[Night], float], unit: str) -> Markup:
    """A bar a night."""
    most = max((value(night) for night in nights), default=0.0) or 1.0
    cell, parts = _cell(nights), list[Markup]()
    part = Markup('<rect class="amount" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
    for number, night in enumerate(nights):
        height = round(value(night) / most * (_CHART - 2), 1)
        title = f"{night.day}: {value(night):,.0f} {unit}"
        width = round(max(cell - 0.6, 0.8), 2)
        parts.append(part.format(round(number * cell, 2), round(_CHART - height, 1), width, height, title))
    return _svg("chart", nights, _CHART, parts, f"{unit} a night, at most {most:,.0f}")


def _range(nights: Sequence[Night], name: str) -> str:
    values = [float(getattr(night, name)) for night in nights] or [0.0]
    return f"{min(values):,.0f} to {max(values):,.0f}"


def _href(night: Night, folder: Path) -> str:
    if night.report is None:
        return ""
    return Path(os.path.relpath(night.report, folder)).as_posix()


def change_line(change: Change, nights: Sequence[Night]) -> str:
    """One change in a line, for a terminal."""
    seen = f": {change.observed}" if change.observed else ""
    return f"{nights[change.night].day}  {change.turn:<6}  {change.level:<6}  {change.requirement}{seen}"
