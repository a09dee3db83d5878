"""Losses in one or two sentences: which answers were lost on the way, and when the server was silent."""

from __future__ import annotations

from conformance.reports.text import plural
from conformance.results.model import NO_ANSWER, Losses, Results
from conformance.trace.exchange import UNDOCUMENTED

_CAUSES_SHOWN = 4
# The share of fewer requests says nothing of their operation.
_ENOUGH_SENT = 20
# Less than this would be shown as 0.0 %.
_LEAST_SHARE = 0.0005
# What fails when a request is lost again and again, or far more often than others.
_OF_LOSSES = ("envelope.answers", "envelope.no-5xx")


def losses_sentences(results: Results) -> list[str]:
    """What a reader should know of lost answers; nothing where none was lost."""
    losses = results.losses
    lost = sum(losses.causes.values())
    if not lost:
        return []
    causes = sorted(losses.causes.items(), key=lambda each: -each[1])
    named = ", ".join(f"{cause} ({count:,})" for cause, count in causes[:_CAUSES_SHOWN])
    shares = {
        name: lost_of / sent
        for name, (lost_of, sent) in losses.operations.items()
        if name != UNDOCUMENTED and sent >= _ENOUGH_SENT
    }
    worst = max(shares, key=lambda name: shares[name], default=None)
    most = f"; most often of {worst} ({shares[worst]:.1%})" if worst else ""
    shown = [each.id for each in results.requirements if each.id in _OF_LOSSES and each.outcome == "failed"]
    besides = f"Besides those that {' and '.join(shown)} tells of, they" if shown else "They"
    told = f"{_what_happened(losses, lost, own=bool(shown))}: {named}{most}. {besides} are no violations."
    return [told, *(_silence(begin, end) for begin, end in losses.silences)]


def _what_happened(losses: Losses, lost: int, *, own: bool) -> str:
    """``own``: the target itself loses some, so that nothing can be said of what stands in between."""
    share = lost / losses.requests
    part = f"{share:.1%}" if share >= _LEAST_SHARE else f"{lost:,}"
    if own or losses.causes.keys() <= {NO_ANSWER}:
        return f"{part} of {losses.requests:,} requests got no answer of their operation"
    return f"Something between here and the server failed {part} of {losses.requests:,} requests"


def _silence(begin: float, end: float) -> str:
    after = plural(round(begin), "second")
    return (
        f"The target as a whole answered nothing for {end - begin:.0f} s, from {after} after the start on: "
        "longer than the timeout. Nothing that it owed in that while is judged."
    )
