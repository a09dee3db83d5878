"""Closing steps: instances that still run at the end of a scenario get their event, or are cancelled.

So events and cancellations are tried in each state that a theme reaches.
"""

from __future__ import annotations

import random

from conformance.scenarios.playing.bindings import Bindings, BoundInstance
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Step

# Many instances of a scenario are all alike; acting on a few of them is enough.
_MOST = 3
_PLAIN = "go"


def closing_steps(bindings: Bindings, seed: str) -> tuple[Step, ...]:
    """Steps that act on what still runs, or now and then once more on what has ended; the same ones for the same seed.

    Each instance is looked at first: what it was seen doing is what the act is judged by. () when there is nothing.
    """
    chance = random.Random(seed)
    running = _running(bindings)
    ended = [(ref, bound) for ref, bound in bindings.instances.items() if bound.terminated]
    chosen = chance.sample(running, min(_MOST, len(running)))
    if not chosen and ended and not chance.randrange(3):
        chosen = [chance.choice(ended)]
    acts = tuple(_act(ref, bound, chance) for ref, bound in chosen)
    looks = tuple(model.History(ref) for ref, _ in chosen)
    if len(acts) > 1 and chance.randrange(2):
        acts = (model.Together(acts),)
    return (model.Settle(), *looks, *acts) if acts else ()


def still_waiting(bindings: Bindings) -> list[str]:
    """Instances that wait for an event of which one was sent: heard too early, or not, or ended another stage."""
    return [ref for ref, bound in _running(bindings) if _awaited(bound) in bound.sent][:_MOST]


def _running(bindings: Bindings) -> list[tuple[str, BoundInstance]]:
    return [(ref, bound) for ref, bound in bindings.instances.items() if not bound.terminated]


def _act(ref: str, bound: BoundInstance, chance: random.Random) -> Step:
    event = _awaited(bound)
    return model.Cancel(ref) if event is None or chance.randrange(2) else model.Send(ref, event)


def _awaited(bound: BoundInstance) -> str | None:
    """The name that an instance waits for; any at all once it has ended, None when it does not wait."""
    if bound.terminated:
        return _PLAIN
    furthest = max(bound.seen.values(), key=lambda seen: (len(seen.ended), sum(seen.ended)), default=None)
    kind, parameters = (furthest and bound.open_stage(furthest)) or ("", None)
    event = parameters.get("event") if kind == "wait_event" and isinstance(parameters, dict) else None
    return event if isinstance(event, str) else None
