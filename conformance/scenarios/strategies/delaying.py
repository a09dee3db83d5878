"""Themes about delays: of every length and spelling, beside other instances, and through whatever happens meanwhile."""

from __future__ import annotations

from conformance.scenarios.scenario.model import (
    Chain,
    History,
    Pause,
    Read,
    Send,
    Settle,
    StageConfig,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_EVENTS, _EVENTS_APART_MS = 8, 1200


def delays(d: Draft) -> None:
    """Delays of some length, watched so closely that an early end would be seen.

    Cut to tenths or to seconds, each would lose more than the precision with which times are compared.
    """
    lengths = [d.pick((0, 100, 300, 500, 1000, 1200)) + d.pick((60, 70, 80, 90)) for _ in range(d.number(2, 4))]
    spelled = [d.pick((f"{ms}ms", f"{ms}ms", "1s")) for ms in lengths]
    stages: list[StageConfig] = [{"delay": {"duration": text}} for text in spelled]
    instance = d.start(*stages, *d.quick_stages(0, 1))
    for _ in range(d.number(0, 3)):
        d.add(Pause(d.number(10, 120)), d.look(instance))
    d.add(Until(instance, "ended"))


def delays_side_by_side(d: Draft) -> None:
    """Two instances of a workflow, run at the same instant, are in its delays at once, and both come to their ends.

    The first delay is longer than a slow target takes to start the second one; the other ends at one moment for both.
    """
    moment = words.until(f"now+{d.number(450, 490) * 10}ms")
    workflow = d.create(words.delay(d.number(250, 290) * 10), moment, words.noop())
    runs = [d.new_run(workflow) for _ in range(2)]
    d.add(Together(tuple(runs)), *(Until(run.ref, "ended") for run in runs))
    d.add(*(view(run.ref) for run in runs for view in (Read, History)))


def delay_behind_another(d: Draft) -> None:
    """An instance's delay ends while another instance of its workflow is in a much longer one, which began before."""
    event = d.event()
    workflow = d.create(words.delay(d.number(25, 60) * 10), words.wait_for(event), words.hour())
    for _ in range(2):
        instance = d.run(workflow)
        d.add(Until(instance, "waiting", 1), Send(instance, event), Until(instance, "started", 2))


def events_all_through_a_delay(d: Draft) -> None:
    """Events that nothing waits for neither end a delay nor lengthen it, however many come.

    They come for longer than a slow target may take to show that the delay has ended. An instance that runs by itself
    once it is over shows what the target takes then.
    """
    awaited, other = d.some(words.EVENTS, 2, 2)
    instance = d.start(words.delay(d.number(20, 25) * 100), words.wait_for(awaited), *d.quick_stages(0, 1))
    plain = d.new_run(d.create(words.noop()))
    sends = tuple(step for _ in range(_EVENTS) for step in (Pause(_EVENTS_APART_MS), Send(instance, other)))
    looks = (Pause(3 * _EVENTS_APART_MS), plain, Until(plain.ref, "ended"), Read(instance), History(instance))
    d.add(Until(instance, "started", 0), Together((Chain(sends), Chain(looks))))
    d.add(Read(instance), Settle(), Read(instance), History(instance), Send(instance, awaited))


def odd_delays(d: Draft) -> None:
    """A delay of the simplest length, and some written in ways that a server may refuse; one that it takes means what
    it says, also as a variable.
    """
    for text in d.shuffled(("0s", "1s", "0m1200000us", "0.0005h", "1.3s")):
        workflow = d.create({"delay": {"duration": text}}, words.noop())
        d.add(Until(d.run(workflow), "ended"))
    for kind, length in d.shuffled((("duration", "0s"), ("duration", "1s200ms"), ("until", "2020-01-01T00:00:00Z"))):
        workflow = d.create({"delay": {kind: "${length}"}}, words.noop())
        d.add(Until(d.run(workflow, {"length": length}), "ended"))


def until_future(d: Draft) -> None:
    """Delays until moments that are near by the client's clock (the server's own may differ), in several zones.

    They lie further apart than a slow target takes from one stage to the next: what has passed by then tells little.
    """
    zones = d.shuffled(words.ZONES)
    offsets = [600 + number * d.number(11, 14) * 100 for number in range(len(zones))]
    moments = [words.until(f"now+{offset}ms{zone}") for offset, zone in zip(offsets, zones, strict=True)]
    instance = d.start(*d.quick_stages(0, 1), *moments, words.noop())
    d.add(Until(instance, "started", 0), d.look(instance), Until(instance, "ended"))


def until_past(d: Draft) -> None:
    """Delays until moments that have passed end at once, however the dates are written."""
    long_past = (
        "2020-01-01T00:00:00Z",
        "1969-07-20T20:17:40Z",
        "1900-01-01T00:00:00Z",
        "1999-12-31T23:59:59.999999999+14:00",
        "2000-02-29T00:00:00.1-11:30",
    )
    dates = [*long_past, *(f"now-2s{zone}" for zone in words.ZONES)]
    instance = d.start(*(words.until(date) for date in d.shuffled(dates)), *d.quick_stages(0, 1))
    d.add(Until(instance, "ended"), Read(instance), History(instance))


THEMES = (
    Theme("delays", delays, ("run.delay-duration", "run.completes"), 4),
    Theme("delays-side-by-side", delays_side_by_side, ("run.completes", "run.delay-duration"), 1),
    Theme("delay-behind-another", delay_behind_another, ("run.completes", "run.delay-duration"), 1),
    Theme("events-all-through-a-delay", events_all_through_a_delay, ("run.delay-duration", "event.other"), once=True),
    Theme("odd-delays", odd_delays, ("run.delay-duration", "run.completes"), once=True),
    Theme("until-future", until_future, ("run.delay-until", "run.completes"), 3),
    Theme("until-past", until_past, ("run.delay-until", "run.completes"), 2),
)
