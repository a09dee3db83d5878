"""Closing acts: what still runs when a scenario has been read to its end gets its event, or is cancelled, in the state
that the scenario has brought it to. So each state that a theme reaches is also one to be heard in and to be stopped in.
"""

from __future__ import annotations

import random

from conformance.scenarios.playing.bindings import Actor, Cast
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Step

# A crowd's members are all alike; acting on a few says enough.
_MOST = 3
_PLAIN = "go"


def closing_acts(cast: Cast, seed: str) -> tuple[Step, ...]:
    """Steps that act on what still runs, or now and then once more on what has ended; the same ones for the same seed.

    Each instance is looked at first: what it was seen doing is what the act is judged by. () when there is nothing.
    """
    chance = random.Random(seed)
    running = _running(cast)
    ended = [(ref, actor) for ref, actor in cast.instances.items() if actor.terminated]
    chosen = chance.sample(running, min(_MOST, len(running)))
    if not chosen and ended and not chance.randrange(3):
        chosen = [chance.choice(ended)]
    acts = tuple(_act(ref, actor, chance) for ref, actor in chosen)
    looks = tuple(model.History(ref) for ref, _ in chosen)
    if len(acts) > 1 and chance.randrange(2):
        acts = (model.Together(acts),)
    return (model.Settle(), *looks, *acts) if acts else ()


def unheard(cast: Cast) -> list[str]:
    """Instances that wait for an event of which one was sent: heard too early, or not, or ended another stage."""
    return [ref for ref, actor in _running(cast) if _awaited(actor) in actor.sent][:_MOST]


def _running(cast: Cast) -> list[tuple[str, Actor]]:
    return [(ref, actor) for ref, actor in cast.instances.items() if not actor.terminated]


def _act(ref: str, actor: Actor, chance: random.Random) -> Step:
    event = _awaited(actor)
    return model.Cancel(ref) if event is None or chance.randrange(2) else model.Send(ref, event)


def _awaited(actor: Actor) -> str | None:
    """The name that an instance waits for; any at all once it has ended, None when it does not wait."""
    if actor.terminated:
        return _PLAIN
    furthest = max(actor.seen.values(), key=lambda seen: (len(seen.ended), sum(seen.ended)), default=None)
    kind, parameters = (furthest and actor.open_stage(furthest)) or ("", None)
    event = parameters.get("event") if kind == "wait_event" and isinstance(parameters, dict) else None
    return event if isinstance(event, str) else None
