"""Cases made by hand: mistakes that generators seldom make, and the plain uses of each operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from random import Random

from conformance.contract.api import V1
from conformance.operations.markers import PLACEHOLDER
from conformance.operations.template import CaseTemplate, Ids
from conformance.wire import exact_json

HUGE = 123456789012345678901234567890
_OTHER_METHODS = ("PATCH", "PUT", "DELETE", "POST", "GET")
_WAIT = [{"wait_event": {"event": PLACEHOLDER}}]
_SEND = {"source": {"account": {"id": "world"}}, "destination": {"account": {"id": "conformance"}}}

EVERYTHING: Sequence[Mapping[str, object]] = (
    {"noop": {}},
    {"delay": {"duration": "90m"}},
    {"delay": {"until": "2031-12-31T23:59:59.5+05:30"}},
    {"wait_event": {"event": " 0042 "}},
    {
        "send": {
            "source": {
                "account": {"id": "world", "ledger": "books", "throughAccount": "via", "allowOverdraft": False},
            },
            "destination": {"account": {"id": "a:b", "ledger": "books", "allowOverdraft": True}},
            "amount": {"asset": "USD/2", "amount": HUGE},
            "metadata": {},
            "timestamp": "2024-02-29T23:59:59Z",
        }
    },
    {
        "send": {
            "source": {"wallet": {"id": "w", "balance": "main"}},
            "destination": {"payment": {"psp": "stripe", "type": "PAYOUT", "sourceAccount": "acct_1"}},
            "amount": {"asset": "JPY", "amount": 0},
            "metadata": {"0010": "1e3", "Key": "", "key": "x"},
        }
    },
    {
        "send": {
            "source": {"payment": {"id": "p", "ledger": "l", "holdingAccount": "h", "allowOverdraft": False}},
            "destination": {"wallet": {"id": "w"}},
            "amount": {"asset": "EUR/2", "amount": 2**53 + 1},
        }
    },
    {"update": {"account": {"id": "a", "ledger": "l", "metadata": {}}}},
)
"""Stages of every kind with every parameter, in values that are easily lost: false, zero, empty, number-like."""

_VALID_BODIES: Mapping[str, Mapping[str, object]] = {
    "createWorkflow": {
        "without a name": {"stages": [{"noop": {}}]},
        "without stages": {"name": "conformance", "stages": []},
        "a huge amount": {"stages": [{"send": {**_SEND, "amount": {"asset": "USD/2", "amount": HUGE}}}]},
        "a name in several scripts": {"name": 'übergröße 工作流 "\\', "stages": [{"delay": {"duration": "1ms"}}]},
        "texts that look like numbers": {"name": "007", "stages": [{"wait_event": {"event": "1.50"}}]},
        "all that stages may hold": {"name": "conformance", "stages": EVERYTHING},
    },
    "runWorkflow": {"no variables": {}, "some variables": {"order": "42", "größe": ""}},
    "sendEvent": {"a name nobody waits for": {"name": "conformance-other"}, "blanks": {"name": " conformance "}},
}

_BAD_BODIES: Mapping[str, Mapping[str, object]] = {
    "createWorkflow": {
        "an unknown kind of stage": {"name": PLACEHOLDER, "stages": [{"teleport": {}}]},
        "a stage of two kinds": {"name": PLACEHOLDER, "stages": [{"noop": {}, "delay": {"duration": "1ms"}}]},
        "an empty stage": {"name": PLACEHOLDER, "stages": [{}]},
        "no stages": {"name": PLACEHOLDER},
        "stages that are no list": {"name": PLACEHOLDER, "stages": {"noop": {}}},
        "a stage that is text": {"name": PLACEHOLDER, "stages": ["noop"]},
        "a name that is a number": {"name": 5, "stages": _WAIT},
        "an event that is a number": {"name": PLACEHOLDER, "stages": [{"wait_event": {"event": 5}}]},
        "a list at the top": [{"name": PLACEHOLDER, "stages": []}],
        "text at the top": PLACEHOLDER,
    },
    "runWorkflow": {
        "a number as variable": {"order": 42},
        "an object as variable": {"order": {"id": "42"}},
        "a list of variables": ["order", "42"],
        "text": "order",
        "a boolean": True,
    },
    "sendEvent": {
        "no name": {},
        "a name that is a number": {"name": 5},
        "a name that is a list": {"name": ["conformance"]},
        "a list at the top": [{"name": "conformance"}],
        "text at the top": "conformance",
    },
}

# Open, or to be refused, but nothing that a server may break at.
_NUL = "conformance\0"
_NULLS = ("noop", "delay", "wait_event", "send", "update")
_ODD_BODIES: Mapping[str, Mapping[str, object]] = {
    "createWorkflow": {
        "a NUL in a text": {"name": PLACEHOLDER, "stages": [{"wait_event": {"event": _NUL}}]},
        "null as name": {"name": None, "stages": []},
        "null in a send": {"name": PLACEHOLDER, "stages": [{"send": {"source": None}}]},
        "a negative amount": {
            "name": PLACEHOLDER,
            "stages": [{"send": {**_SEND, "amount": {"asset": "USD/2", "amount": -(10**17) - 5}}}],
        },
        **{f"null as {kind}": {"name": PLACEHOLDER, "stages": [{kind: None}]} for kind in _NULLS},
    },
    "runWorkflow": {"a NUL in a text": {"order": _NUL}, "null as variable": {"order": None}},
    "sendEvent": {"a NUL in a text": {"name": _NUL}},
}
_ODD_IDS = ('no "such" id', "'; --", "{}", "x" * 300)
_DEEP = '{"a":' * 300 + "1" + "}" * 300
_ODD_TEXTS: Mapping[str, Mapping[str, str]] = {
    "createWorkflow": {
        "a lone surrogate": f'{{"name":"{PLACEHOLDER}\\ud800","stages":[]}}',
        "an exponent": f'{{"name":"{PLACEHOLDER}","stages":[{{"send":{{"amount":{{"asset":"JPY","amount":1e3}}}}}}]}}',
        "deep nesting": f'{{"name":"{PLACEHOLDER}","stages":[{{"noop":{_DEEP}}}]}}',
    },
    "runWorkflow": {"a lone surrogate": '{"order":"\\ud800"}'},
    "sendEvent": {
        "a lone surrogate": '{"name":"\\ud800"}',
        "deep nesting": f'{{"name":"conformance-deep","x":{_DEEP}}}',
    },
}

_READS = ("getServerInfo", "listWorkflows", "getWorkflow", "getInstance", "getInstanceHistory")
# What these select is open.
_ODD_QUERIES = (
    (("conformance", "1"),),
    (("running", "true"), ("running", "true")),
    (("running", ""),),
    (("running", "TRUE"),),
    (("workflowID", ""),),
)

_SPACED_BODIES: Mapping[str, str] = {
    "createWorkflow": f'\r\n{{ "stages" : [ {{ "noop" :\t{{ }} }} ] , "name" : "{PLACEHOLDER}" }}\n',
    "runWorkflow": '\n{\n  "order" : "42"\n}\n',
    "sendEvent": '\t{ "name" : "conformance-other" }\r\n',
}
"""White space wherever JSON allows it, also before and behind."""

_BROKEN_BODIES: Mapping[str, Mapping[str, bytes | None]] = {
    "createWorkflow": {
        "truncated JSON": f'{{"name": "{PLACEHOLDER}", "stages": [{{"noop": {{}}}}'.encode(),
        "an empty body": b"",
        "no JSON": f"name={PLACEHOLDER}&stages=".encode(),
    },
    "runWorkflow": {"truncated JSON": b'{"order": "42"', "no JSON": b"order=42"},
    "sendEvent": {"truncated JSON": b'{"name": "conformance"', "no body": None, "an empty body": b"", "no JSON": b"go"},
}

_NUMBERS = ("0", "99", "abc", "1.5")


def crafted(operation_id: str) -> list[CaseTemplate]:
    """The hand-made cases of an operation; the first one is a plain use that succeeds."""
    first, *others = [*_plain(operation_id), *_good_bodies(operation_id)]
    odd = list(_odd(operation_id))
    # Few runs can be paid for, and the scenarios run with usual bodies often enough.
    ordered = [*odd, *others] if operation_id == "runWorkflow" else [*others, *odd]
    return [first, *_unknown(operation_id), *ordered, *_bad_bodies(operation_id)]


def undocumented_methods(random: Random, per_path: int) -> list[CaseTemplate]:
    """Requests with methods that a known path does not have. HEAD, OPTIONS and TRACE are left alone: servers differ."""
    found: list[CaseTemplate] = []
    seen: set[str] = set()
    for operation in V1.operations:
        case = _case(operation.id, "an undocumented method", ids="own")
        shape = "/".join("{}" if segment.startswith("{") else segment for segment in operation.segments)
        if shape not in seen:
            seen.add(shape)
            others = [method for method in _OTHER_METHODS if method not in (V1.known_path(case.prepared().path) or ())]
            found += [_method(case, method) for method in random.sample(others, min(per_path, len(others)))]
    return found


def _method(case: CaseTemplate, method: str) -> CaseTemplate:
    return CaseTemplate(case.operation, case.params, ids="own", mode="negative", method=method, description=method)


def _unknown(operation_id: str) -> Iterable[CaseTemplate]:
    if V1.by_action[operation_id].path_parameters:
        yield _case(operation_id, "an id that nobody made", body=_some_body(operation_id), ids="unknown")


def _some_body(operation_id: str) -> bytes | None:
    return next((exact_json.encode(value) for value in _VALID_BODIES.get(operation_id, {}).values()), None)


def _odd(operation_id: str) -> Iterable[CaseTemplate]:
    for name, value in _ODD_BODIES.get(operation_id, {}).items():
        yield _case(operation_id, f"odd: {name}", body=exact_json.encode(value), ids="own")
    for name, text in _ODD_TEXTS.get(operation_id, {}).items():
        yield _case(operation_id, f"odd: {name}", body=text.encode(), ids="own")
    if operation_id in _READS:
        yield replace(_case(operation_id, "odd: an unknown parameter", ids="own"), query=(("conformance", "1"),))
    for query in _ODD_QUERIES if operation_id == "listInstances" else ():
        yield CaseTemplate(operation_id, query=query, ids="own", description="odd: a query of an odd form")
    for odd in (_NUL, *_ODD_IDS) if operation_id == "listInstances" else ():
        asked = (("workflowID", odd),)
        yield CaseTemplate(operation_id, query=asked, ids="generated", description="odd: an odd id in a query")
    parameters = V1.by_action[operation_id].path_parameters
    ids = ((_NUL, "odd: an id with a NUL"), *((odd, "an id of an odd form") for odd in _ODD_IDS))
    for odd, description in ids if parameters else ():
        named = tuple((name, "0" if name == "number" else odd) for name in parameters)
        body = _some_body(operation_id)
        yield CaseTemplate(operation_id, named, body=body, ids="generated", description=description)


def _plain(operation_id: str) -> Iterable[CaseTemplate]:
    if operation_id == "listInstances":
        for query in ((), (("workflowID", "w"),), (("running", "true"),), (("workflowID", "w"), ("running", "true"))):
            yield CaseTemplate(operation_id, query=query, ids="own", description="selecting instances")
        yield CaseTemplate(operation_id, query=(("workflowID", "w"),), ids="unknown", description="an unknown workflow")
    elif operation_id == "getInstanceStageHistory":
        for number in _NUMBERS:
            yield _case(operation_id, f"stage {number}", ids="own", number=number, negative=not number.isdigit())
    elif operation_id == "runWorkflow":
        yield _case(operation_id, "no body", ids="own")
        yield CaseTemplate(
            operation_id, (("workflowID", "w"),), (("wait", "true"),), ids="own", description="waiting for the end"
        )
    elif operation_id not in _VALID_BODIES:
        yield _case(operation_id, "plain", ids="own")


def _good_bodies(operation_id: str) -> Iterable[CaseTemplate]:
    for name, value in _VALID_BODIES.get(operation_id, {}).items():
        yield _case(operation_id, name, body=exact_json.encode(value), ids="own")
    if operation_id in _SPACED_BODIES:
        yield _case(operation_id, "white space", body=_SPACED_BODIES[operation_id].encode(), ids="own")


def _bad_bodies(operation_id: str) -> Iterable[CaseTemplate]:
    broken = _BROKEN_BODIES.get(operation_id, {}).items()
    wrong = [(name, exact_json.encode(value)) for name, value in _BAD_BODIES.get(operation_id, {}).items()]
    # Alternately, so that a short run sees both kinds of mistake.
    for mistake in chain.from_iterable(zip_longest(wrong, broken)):
        if mistake is not None:
            name, body = mistake
            yield _case(operation_id, name, body=body, ids="own", negative=True)


def _case(
    operation_id: str,
    description: str,
    *,
    body: bytes | None = None,
    ids: Ids = "mixed",
    negative: bool = False,
    number: str = "0",
) -> CaseTemplate:
    parameters = V1.by_action[operation_id].path_parameters
    return CaseTemplate(
        operation=operation_id,
        params=tuple((name, number if name == "number" else "x") for name in parameters),
        body=body,
        mode="negative" if negative else "positive",
        ids=ids,
        description=description,
    )
