"""Answers with hostile values in them: one place in one body of a right trace holds what nobody expects."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from conformance.judging.judging import Judge, Judgement
from conformance.trace import Exchange, Response, Trace
from tests.rules.bodies import UNKNOWN, activity
from tests.rules.build import TraceBuilder

SLOW_S = 0.2
"""What judging a small trace may take of this process's time, reading included."""

_NUMBERS = (
    "1e5000",
    "1e1000000",
    "-1e1000000",
    "1E-1000000",
    "-0.0",
    "1e400",
    "9" * 100_000,
    "0.5",
    "-1",
    "1e999999999999",
)
_TEXTS = (
    '""', '" "', '"\\u0000"', '"\\ud800"', '"' + "x" * 200_000 + '"', '"' + "1" * 100_000 + '"', '"${"', '"\U0001f600"',
    '"1e1000000"', '"' + "1" * 100_000 + 's"', '"9999-12-31T23:59:60Z"',
    '"0001-01-01T00:00:00+23:59"', '"' + "a:" * 50_000 + '"',
)  # fmt: skip
_STRUCTURES = (
    "null", "true", "[]", "{}", "[[]]", '{"":null}', "[null]", "[" * 300 + "]" * 300, "[" * 5000 + "]" * 5000,
    '{"a":' * 300 + "1" + "}" * 300, "[" + ",".join(["{}"] * 4_000) + "]",
    "{" + ",".join(f'"k{n}":{n}' for n in range(4_000)) + "}", '{"a":1,"a":2}', '{"id":[],"stage":{},"name":1e5000}',
)  # fmt: skip
VALUES = (*_NUMBERS, *_TEXTS, *_STRUCTURES)


class Hostile:
    """Judges traces with a clock."""

    def __init__(self) -> None:
        self._judge = Judge()
        self._judge.judge(right_trace())

    def judge(self, trace: Trace) -> tuple[Judgement, float]:
        """The judgement, and the seconds of CPU that it took."""
        began = time.process_time()
        judgement = self._judge.judge(trace)
        return judgement, time.process_time() - began


def right_trace() -> Trace:
    """A small trace with a success of each of the twelve operations, and a refusal."""
    t = TraceBuilder(features=frozenset({"ledger"}))
    t.info()
    send = {
        "send": {
            "source": {"account": {"id": "world"}},
            "destination": {"account": {"id": "bank"}},
            "amount": {"asset": "USD/2", "amount": 10**20},
            "metadata": {"a": "1h"},
        }
    }
    w = t.create([{"delay": {"duration": "1ms"}}, {"wait_event": {"event": "${name}"}}, send], "named")
    t.get_workflow(w)
    t.workflows()
    i = t.run(w, {"name": "go"})
    t.get(i, [(5, 7), (7, None)])
    t.history(i, [(5, 7), (7, None)], inputs={1: {"event": "go"}})
    t.settled()
    t.send(i, "other")
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 7), (7, 420), (420, 425)], ended=430)
    t.history(i, [(5, 7), (7, 420), (420, 425)], inputs={1: {"event": "go"}})
    posting = {"amount": 10**20, "asset": "USD/2", "source": "world", "destination": "bank"}
    given = {"ledger": "default", "data": {"postings": [posting], "metadata": {"a": "1h"}}}
    made = {"id": 1, "postings": [posting], "timestamp": "2026-01-01T00:00:00Z", "metadata": {}, "reverted": False}
    t.stage_history(i, 2, [activity("CreateTransaction", given, {"data": made})])
    t.instances(w, [t.instance(i, [(5, 7), (7, 420), (420, 425)], ended=430)])
    j = t.run(w, {"name": "go"}, wait="true", spans=[(900, 902), (902, 903), (903, 904)], ended=905)
    t.cancel(j, status=400)
    t.get(UNKNOWN)
    t.delete(w)
    return t.trace()


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


def _with_mark(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return "\u0001hostile\u0001"
    inner = _with_mark(value[path[0]], path[1:])
    if isinstance(value, dict):
        return {**value, path[0]: inner}
    return [*value[: path[0]], inner, *value[path[0] + 1 :]]


def _body(body: bytes, path: tuple[Any, ...], value: str) -> bytes:
    text = json.dumps(_with_mark(json.loads(body), path)).replace(json.dumps("\u0001hostile\u0001"), value)
    return text.encode("utf-8", "surrogatepass")


def _replaced(trace: Trace, exchange: Exchange, body: bytes) -> Trace:
    assert exchange.response is not None
    response = Response(exchange.response.status, exchange.response.headers, body)
    changed = replace(exchange, response=response)
    # Each exchange is made anew, so that nothing read before is remembered.
    exchanges = tuple(changed if each is exchange else replace(each) for each in trace.exchanges)
    return replace(trace, exchanges=exchanges)


def hostile_traces(count: int, seed: int) -> Iterator[tuple[str, Trace]]:
    """(what was put where, trace): every place in turn, in an order that the seed decides, with values at random."""
    trace, random = right_trace(), Random(seed)
    bodies = [each for each in trace.exchanges if each.response is not None and each.response.body]
    places = [(each, path) for each in bodies if each.response for path in _places(json.loads(each.response.body))]
    random.shuffle(places)
    for number in range(count):
        exchange, path = places[number % len(places)]
        value = VALUES[(number // len(places) + random.randrange(len(VALUES))) % len(VALUES)]
        assert exchange.response is not None
        what = f"{value[:20]} ({len(value)} characters) at {list(path)} of {exchange.operation}"
        yield what, _replaced(trace, exchange, _body(exchange.response.body, path, value))
