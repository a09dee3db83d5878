"""The timeline of a finding as SVG: a lane per client, a lane per instance, exchanges as marks, stages as bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from conformance.reports.html.axis import clock, ticks
from conformance.reports.html.instance_timelines import Bar, ShownInstance, shown_instances
from conformance.reports.text import one_line, plural
from conformance.results.model import ExchangeRecord

MAX_EXCHANGES = 80
MAX_LANES = 8

_WIDTH, _LEFT, _RIGHT, _TOP = 960, 132, 24, 30
_CLIENT_LANE, _INSTANCE_LANE = 54, 62
_CHANGES = {"createWorkflow", "deleteWorkflow", "runWorkflow", "sendEvent", "cancelEvent"}
_SHORT = {
    "createWorkflow": "create",
    "deleteWorkflow": "delete",
    "runWorkflow": "run",
    "sendEvent": "event",
    "cancelEvent": "cancel",
    "getInstance": "read",
    "getInstanceHistory": "history",
    "getInstanceStageHistory": "stage history",
    "listInstances": "list",
    "listWorkflows": "list",
    "getWorkflow": "read",
    "getServerInfo": "info",
}


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps ms from the start of the trace to x; the ends of the trace are the edges of the drawing."""

    start: float
    end: float

    def x(self, ms: float) -> float:
        share = (ms - self.start) / ((self.end - self.start) or 1.0)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def draw_timeline(exchanges: Sequence[ExchangeRecord], marked: Iterable[int] = ()) -> Markup:
    """An SVG element, empty when there is nothing to draw. ``marked`` are positions of the offending exchanges."""
    shown = list(exchanges[:MAX_EXCHANGES])
    if not shown:
        return Markup("")
    scale = _Scale(min(e.sent_ms for e in shown), max(e.received_ms for e in shown))
    clients = list(dict.fromkeys(e.client for e in shown))[:MAX_LANES]
    instances = shown_instances(shown)[:MAX_LANES]
    offending = set(marked)
    parts = [_axis(scale, _TOP + len(clients) * _CLIENT_LANE + len(instances) * _INSTANCE_LANE)]
    for row, client in enumerate(clients):
        own = [(n, e) for n, e in enumerate(shown) if e.client == client]
        parts.append(_client_lane(client, own, _TOP + row * _CLIENT_LANE, scale, offending))
    for row, shown_instance in enumerate(instances):
        parts.append(_instance_lane(shown_instance, _TOP + len(clients) * _CLIENT_LANE + row * _INSTANCE_LANE, scale))
    height = _TOP + len(clients) * _CLIENT_LANE + len(instances) * _INSTANCE_LANE + 8
    return _svg(height, _description(shown, instances), parts)


def _svg(height: int, description: str, parts: list[Markup]) -> Markup:
    opening = Markup('<svg class="timeline" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">')
    return opening.format(_WIDTH, height, _WIDTH, height, description) + Markup("").join(parts) + Markup("</svg>")


def _description(exchanges: list[ExchangeRecord], instances: list[ShownInstance]) -> str:
    seen = [
        f"instance {_short_id(shown_instance.id)}: "
        + (
            f"seen terminated at {shown_instance.until:.0f} ms"
            if shown_instance.until is not None
            else "never seen terminated"
        )
        + (
            f", after {', '.join(f'{a.label} at {a.at:.0f} ms' for a in shown_instance.actions)}"
            if shown_instance.actions
            else ""
        )
        for shown_instance in instances
    ]
    return one_line(f"Timeline of {plural(len(exchanges), 'exchange')}. {'; '.join(seen)}", 600)


def _axis(scale: _Scale, bottom: int) -> Markup:
    line = Markup(
        '<path class="grid" d="M{0} {1}V{2}"/><text class="tick" x="{0}" y="14" text-anchor="middle">{3}</text>'
    )
    moments = ticks(scale.end - scale.start)
    return Markup("").join(line.format(scale.x(scale.start + t), _TOP - 8, bottom, clock(t)) for t in moments)


def _lane(label: str, detail: str, top: int, height: int) -> Markup:
    text = Markup(
        '<rect class="lane" x="0" y="{}" width="{}" height="{}" rx="4"/>'
        '<text class="lane-name" x="8" y="{}">{}</text><text class="lane-detail" x="8" y="{}">{}</text>'
    )
    return text.format(top, _WIDTH, height - 4, top + height // 2 - 4, label, top + height // 2 + 12, detail)


def _client_lane(
    client: str, own: list[tuple[int, ExchangeRecord]], top: int, scale: _Scale, offending: set[int]
) -> Markup:
    parts = [_lane(one_line(f"client {client}", 16), plural(len(own), "exchange"), top, _CLIENT_LANE)]
    ends = [-1.0, -1.0]
    for number, exchange in own:
        x = scale.x(exchange.sent_ms)
        label, ends = _placed(_caption(exchange), x, ends)
        parts.append(_exchange_mark(number, exchange, (top, label), scale, number in offending))
    return Markup("").join(parts)


def _placed(caption: str, x: float, ends: list[float]) -> tuple[tuple[int, str], list[float]]:
    """The row (0 or 1) where a caption fits beside its neighbours; without room it is left to the tooltip."""
    width = len(caption) * 6.2 + 6
    row = next((row for row, end in enumerate(ends) if x - 4 > end), None)
    if row is None:
        return (0, ""), ends
    return (row, caption), [x + width if index == row else end for index, end in enumerate(ends)]


def _caption(exchange: ExchangeRecord) -> str:
    return _SHORT.get(exchange.operation or "", exchange.method.lower())


def _exchange_mark(
    number: int, exchange: ExchangeRecord, place: tuple[int, tuple[int, str]], scale: _Scale, offending: bool
) -> Markup:
    top, (row, caption) = place
    x, end = scale.x(exchange.sent_ms), scale.x(exchange.received_ms)
    kind = "changes" if exchange.operation in _CHANGES else "reads"
    state = " bad" if offending else " failed" if exchange.status is None else ""
    text_y = top + 12 if row == 0 else top + _CLIENT_LANE - 9
    mark = Markup(
        '<g class="mark {}{}"><title>{}</title><rect x="{}" y="{}" width="{}" height="13" rx="2.5"/>'
        '<text x="{}" y="{}"{}>{}</text>{}</g>'
    )
    anchor = Markup(' text-anchor="end"') if x > _WIDTH - 70 else Markup("")
    text_x = _WIDTH - 6 if anchor else x
    flag = _flag(x, top) if offending else Markup("")
    title = f"{number + 1}. {exchange.method} {one_line(exchange.url, 120)}: {_ending(exchange)}"
    return mark.format(
        kind, state, title, x, top + 18, max(round(end - x, 1), 4), text_x, text_y, anchor, caption, flag
    )


def _ending(exchange: ExchangeRecord) -> str:
    return one_line(exchange.failure or "no answer", 80) if exchange.status is None else str(exchange.status)


def _flag(x: float, top: int) -> Markup:
    return Markup('<path class="flag" d="M{} {}l-5 9h10z"/>').format(x + 2, top + 33)


def _instance_lane(shown_instance: ShownInstance, top: int, scale: _Scale) -> Markup:
    state = "terminated" if shown_instance.until is not None else "not seen to end"
    parts = [_lane(f"instance {_short_id(shown_instance.id)}", state, top, _INSTANCE_LANE)]
    end = shown_instance.until if shown_instance.until is not None else scale.end
    running = " running" if shown_instance.until is None else ""
    x = scale.x(shown_instance.since)
    line = Markup('<path class="shown_instance{}" d="M{} {}H{}"/>')
    parts.append(line.format(running, x, top + 40, max(scale.x(end), x + 3)))
    parts += [_bar(bar, top, scale, shown_instance.until) for bar in shown_instance.bars.values()]
    if shown_instance.until is not None:
        parts.append(Markup('<path class="end" d="M{} {}v18"/>').format(scale.x(shown_instance.until), top + 31))
    parts += [_action(action.label, action.kind, scale.x(action.at), top) for action in shown_instance.actions]
    return Markup("").join(parts)


def _bar(bar: Bar, top: int, scale: _Scale, ended: float | None) -> Markup:
    until = bar.until if bar.until is not None else scale.end
    x = scale.x(bar.since)
    width = max(round(scale.x(until) - x, 1), 5)
    state = "failed" if bar.failed else "ended" if bar.until is not None else "open"
    caption = one_line(f"{bar.stage} {bar.label}", 60)
    room = int((width - 8) / 6.3)
    text = caption if len(caption) <= room else caption[: max(room - 1, 0)] + "…" if room > 3 else ""
    told = "after the instance terminated" if bar.until is None and ended is not None else "never seen to end"
    title = f"stage {caption}: " + (f"seen ended at {bar.until:.0f} ms" if bar.until is not None else told)
    shape = Markup(
        '<g class="bar {}"><title>{}</title><rect x="{}" y="{}" width="{}" height="20" rx="3"/>'
        '<text x="{}" y="{}">{}</text></g>'
    )
    return shape.format(state, title, x, top + 30, width, x + 5, top + 44, text)


def _action(label: str, kind: str, x: float, top: int) -> Markup:
    shape = Markup(
        '<g class="action {}"><path d="M{} {}v40"/><path class="tip" d="M{} {}l-4 -6h8z"/>'
        '<text x="{}" y="{}">{}</text></g>'
    )
    return shape.format(kind, x, top + 14, x, top + 30, x + 5, top + 18, one_line(label, 40))


def _short_id(name: str) -> str:
    return one_line(name, 8).rstrip("…")
