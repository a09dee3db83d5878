"""A run over time as SVG: exchanges and violations per moment, and when what fails was first seen."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from conformance.reports.html.axis import clock, ticks
from conformance.reports.text import one_line, plural
from conformance.results.model import Activity

_WIDTH, _LEFT, _RIGHT, _TOP = 960, 150, 16, 26
_LANE, _GAP = 46, 8
_QUIET = 0.15
"""What share of a run without anything new is worth telling."""


def draw_activity(activity: Activity | None) -> Markup:
    """An SVG element, empty when nothing is known or the run took no time."""
    if activity is None or not sum(activity.exchanges):
        return Markup("")
    loaded = any(activity.runs_finished)
    lanes = 5 if loaded else 3
    parts = [
        _axis(activity, lanes),
        _bars("exchanges", activity.exchanges, activity, 0),
        _bars("violations", activity.violations, activity, 1),
        _steps(activity, 2),
        *([_runs(activity, 3), _settling(activity, 4)] if loaded else []),
        _phases(activity, lanes),
    ]
    height = _top(lanes) + (24 if activity.phases else 0)
    opening = Markup(
        '<svg class="timeline activity" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
    )
    return (
        opening.format(_WIDTH, height, _WIDTH, height, described(activity)) + Markup("").join(parts) + Markup("</svg>")
    )


def described(activity: Activity) -> str:
    """What the picture shows, in words."""
    traffic = f"{plural(sum(activity.exchanges), 'exchange')} in {clock(_span(activity))}"
    if not activity.first_violated:
        return f"{traffic}, and no violation."
    seen = f"{traffic}, and {plural(sum(activity.violations), 'violation')} of"
    return f"{seen} {plural(len(activity.first_violated), 'requirement')}."


def firsts(activity: Activity) -> list[tuple[str, str]]:
    """The requirements in the order in which they were first seen violated, each with when that was."""
    ordered = sorted(activity.first_violated.items(), key=lambda item: item[1])
    return [(name, clock(at * 1000)) for name, at in ordered]


def _span(activity: Activity) -> float:
    """Milliseconds that the picture covers."""
    latest = [*activity.first_violated.values(), *activity.found.values(), *(at for _, at in activity.phases)]
    return max([len(activity.exchanges) * activity.bin_s, *latest]) * 1000


def _x(activity: Activity, seconds: float) -> float:
    return round(_LEFT + seconds * 1000 / _span(activity) * (_WIDTH - _LEFT - _RIGHT), 1)


def _top(lane: int) -> int:
    return _TOP + lane * (_LANE + _GAP)


def _axis(activity: Activity, lanes: int) -> Markup:
    line = Markup('<path class="grid" d="M{0} {1}V{2}"/><text class="tick" x="{0}" y="14" text-anchor="{3}">{4}</text>')
    moments = ticks(_span(activity), 8)
    return Markup("").join(
        line.format(_x(activity, ms / 1000), _TOP - 6, _top(lanes), "middle", clock(ms) if ms else "0")
        for ms in moments
    )


def _lane(name: str, detail: str, lane: int) -> Markup:
    text = Markup(
        '<rect class="lane" x="0" y="{}" width="{}" height="{}" rx="4"/>'
        '<text class="lane-name" x="8" y="{}">{}</text><text class="lane-detail" x="8" y="{}">{}</text>'
    )
    top = _top(lane)
    return text.format(top, _WIDTH, _LANE, top + _LANE // 2 - 3, name, top + _LANE // 2 + 12, detail)


def _bars(name: str, values: Sequence[int], activity: Activity, lane: int, counted: str = "in all") -> Markup:
    most = max(values, default=0) or 1
    kind = name.replace(" ", "-")
    bar = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>')
    parts = [_lane(name, f"{sum(values):,} {counted}", lane)]
    bottom = _top(lane) + _LANE - 2
    for slot, value in enumerate(values):
        if value:
            x, end = _x(activity, slot * activity.bin_s), _x(activity, (slot + 1) * activity.bin_s)
            tall = max(round(value / most * (_LANE - 6), 1), 2)
            title = f"{value:,} {name} in {clock(activity.bin_s * 1000)}, from {clock(slot * activity.bin_s * 1000)} on"
            parts.append(bar.format(kind, x, bottom - tall, max(round(end - x - 0.6, 1), 0.8), tall, title))
    return Markup("").join(parts)


def _runs(activity: Activity, lane: int) -> Markup:
    """Runs that were asked for as bars, refused ones and replays among them, and over them how many were in flight."""
    bars = _bars("run requests", activity.runs_finished, activity, lane, "with replays")
    most = max(activity.runs_in_flight)
    return bars + _curve(activity, activity.runs_in_flight, lane, f"runs in flight, at most {most:g}")


def _settling(activity: Activity, lane: int) -> Markup:
    """The settle time: how long the suite waited for an effect before it called it overdue."""
    most = max(activity.settle_s)
    head = _lane("settle time", f"at most {clock(most * 1000)}", lane)
    return head + _curve(activity, activity.settle_s, lane, f"settle time, at most {clock(most * 1000)}")


def _curve(activity: Activity, values: Sequence[float], lane: int, title: str) -> Markup:
    most, bottom = max(values) or 1, _top(lane) + _LANE - 2
    points = [
        f"{_x(activity, slot * activity.bin_s)} {round(bottom - value / most * (_LANE - 8), 1)}H"
        f"{_x(activity, (slot + 1) * activity.bin_s)}"
        for slot, value in enumerate(values)
    ]
    return Markup('<path class="curve" d="M{}"><title>{}</title></path>').format("L".join(points), title)


def _steps(activity: Activity, lane: int) -> Markup:
    """How many requirements had been seen violated at each moment."""
    ordered = sorted(activity.first_violated.items(), key=lambda item: item[1])
    parts = [_lane("first seen violated", plural(len(ordered), "requirement"), lane)]
    bottom, rise = _top(lane) + _LANE - 4, (_LANE - 10) / (len(ordered) or 1)
    dot = Markup('<circle class="first" cx="{}" cy="{}" r="3"><title>{}</title></circle>')
    path, dots = f"M{_LEFT} {bottom}", []
    for number, (name, at) in enumerate(ordered, start=1):
        x, y = _x(activity, at), round(bottom - number * rise, 1)
        path += f"H{x}V{y}"
        dots.append(dot.format(x, y, f"{one_line(name, 80)}: first seen violated after {clock(at * 1000)}"))
    if ordered:
        parts.append(Markup('<path class="steps" d="{}H{}"/>').format(path, _WIDTH - _RIGHT))
    return Markup("").join([*parts, *dots, _quiet(activity, ordered[-1][1] if ordered else 0.0, lane)])


def _quiet(activity: Activity, since: float, lane: int) -> Markup:
    """How long nothing new was seen while there was traffic: whether a longer run may find more."""
    busy = [slot for slot, value in enumerate(activity.exchanges) if value and slot * activity.bin_s > since]
    quiet = len(busy) * activity.bin_s * 1000
    if not activity.first_violated or quiet < _QUIET * _span(activity):
        return Markup("")
    shape = Markup('<text class="quiet" x="{}" y="{}" text-anchor="end">nothing new in the last {} of traffic</text>')
    return shape.format(_WIDTH - _RIGHT - 4, _top(lane) + _LANE - 10, clock(quiet))


def _phases(activity: Activity, lane: int) -> Markup:
    """The names of the phases along the bottom; one without room is left to the tooltip of its mark."""
    parts = []
    ends = [at for _, at in [*activity.phases[1:], ("", _span(activity) / 1000)]]
    shape = Markup(
        '<g class="phase"><title>{}</title><rect x="{}" y="{}" width="{}" height="6"/><text x="{}" y="{}">{}</text></g>'
    )
    for (name, at), end in zip(activity.phases, ends, strict=False):
        x, width = _x(activity, at), max(round(_x(activity, end) - _x(activity, at) - 1, 1), 1)
        shown = one_line(name, 60)
        text = shown if len(shown) * 6 < width else ""
        title = f"{shown}: {clock(at * 1000)} to {clock(end * 1000)}"
        parts.append(shape.format(title, x, _top(lane), width, x + 2, _top(lane) + 18, text))
    return Markup("").join(parts)
