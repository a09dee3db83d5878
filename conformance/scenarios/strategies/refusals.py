"""Themes about what must be refused, and must change nothing: malformed bodies, ill-formed stages, unknown ids."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.scenarios.scenario.model import (
    MARKER,
    UNKNOWN,
    Cancel,
    CreateRaw,
    Delete,
    GetWorkflow,
    History,
    ListInstances,
    ListWorkflows,
    Read,
    Run,
    RunRaw,
    Send,
    SendRaw,
    Settle,
    StageHistory,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme
from conformance.wire import exact_json

# What readers more lenient than JSON take as a member of an object.
_LENIENT = (
    '"x":NaN',
    '"x":-Infinity',
    '"x":01',
    '"x":+1',
    '"x":.5',
    '"x":"\\x41"',
    '"x":"a\tb"',
    '"x":"y"/**/',
    'x:"y"',
    '"x":"y";',
)

MALFORMED = (
    f'{{"name":"{MARKER}","stages":"x"}}',
    f'{{"name":"{MARKER}","stages":[{{"noop":{{}}}}]',
    f'{{"name":"{MARKER}"}}',
    f'{{"name":"{MARKER}","stages":null}}',
    f'{{"name":"{MARKER}","stages":{{"noop":{{}}}}}}',
    f'{{"name":"{MARKER}","stages":[1]}}',
    f'{{"name":"{MARKER}","stages":["noop"]}}',
    f'{{"name":["{MARKER}"],"stages":[]}}',
    f'{{"name":{{"{MARKER}":1}},"stages":[{{"noop":{{}}}}]}}',
    f'["{MARKER}"]',
    f'[{{"name":"{MARKER}","stages":[{{"noop":{{}}}}]}}]',
    f'"{MARKER}"',
    f"{MARKER}",
    f'{{"name":"{MARKER}","stages":[{{"noop":{{}}}},]}}',
    f"{{'name':'{MARKER}','stages':[]}}",
    f'{{"name":"{MARKER}","stages":[[]]}}',
    f'{{"stages":[{{"noop":{{}}}}],"name":"{MARKER}',
    f'{{"name":"{MARKER}","stages":[{{"noop":{{}}}},null]}}',
    "null",
    *(f'{{"name":"{MARKER}","stages":[{{"noop":{{}}}}],{lenient}}}' for lenient in _LENIENT),
    # What counts as nothing in many languages is something all the same, and of the wrong type.
    f'{{"name":"{MARKER}","stages":""}}',
    f'{{"name":"{MARKER}","stages":0}}',
    f'{{"name":"{MARKER}","stages":false}}',
    *(f'{{"name":{empty},"stages":[{{"wait_event":{{"event":"{MARKER}"}}}}]}}' for empty in ("0", "false", "[]", "{}")),
)
"""Bodies that are no JSON, or no WorkflowConfig."""

_WORLD = '{"account":{"id":"world"}}'
_TO_A = '{"account":{"id":"a"}}'
_FIVE = '{"amount":5,"asset":"USD"}'


def _send(source: str = _WORLD, amount: str = _FIVE, more: str = "", destination: str = _TO_A) -> str:
    """The text of a send stage of which some part may be wrong."""
    return f'{{"send":{{"source":{source},"destination":{destination},"amount":{amount}{more}}}}}'


def _update(account: str) -> str:
    return f'{{"update":{{"account":{account}}}}}'


BAD_STAGES = (
    '{"bogus":{}}',
    "{}",
    '{"noop":{},"delay":{"duration":"1s"}}',
    '{"Noop":{}}',
    '{"wait_event":{}}',
    '{"wait_event":{"event":7}}',
    '{"delay":{"duration":5}}',
    '{"delay":{"until":"yesterday"}}',
    '{"send":{"amount":"12"}}',
    '{"update":{"account":{"id":"a"}}}',
    '{"send":{"amount":{"amount":"x","asset":"USD"}}}',
    '{"wait_event":"go"}',
    '{"delay":[]}',
    '{"noop":1}',
    '{"unknown":{"event":"go"}}',
    '{"wait_Event":{"event":"go"}}',
    '{"wait_event":{"event":["go"]}}',
    '{"delay":{"duration":["1s"]}}',
    '{"delay":{"until":5}}',
    '{"delay":{"duration":"1s","until":"2030-01-01T00:00:00Z"}}',
    _send(source='{"account":{"id":7}}'),
    _send(source='{"account":"world"}'),
    _send(source='{"wallet":{"id":7}}'),
    _send(source='{"account":{"id":"world","allowOverdraft":"true"}}'),
    _send(source='{"account":{"id":"world","ledger":7}}'),
    _send(source='{"account":{"id":"world","throughAccount":7}}'),
    _send(source='{"payment":{"id":7}}'),
    _send(source='{"payment":{"id":"p","holdingAccount":7}}'),
    _send(destination='{"payment":{"psp":7}}'),
    _send(destination='{"payment":{"psp":"stripe","type":7}}'),
    _send(destination='{"account":{"id":7}}'),
    _send(destination='{"account":"a"}'),
    _send(destination='["a"]'),
    _send(destination='{"wallet":{"id":"a","balance":1}}'),
    _send(amount='{"amount":"5","asset":"USD"}'),
    _send(amount='{"amount":5.5,"asset":"USD"}'),
    _send(amount='{"amount":true,"asset":"USD"}'),
    _send(amount='{"amount":5,"asset":1}'),
    _send(more=',"metadata":{"k":1}'),
    _send(more=',"metadata":"k"'),
    _send(more=',"timestamp":5'),
    _update('{"id":7,"ledger":"default","metadata":{}}'),
    _update('{"id":"a","ledger":"default","metadata":{"k":1}}'),
    _update('{"id":"a","ledger":"default","metadata":["k"]}'),
    # What counts as nothing in many languages, in place of an object, a text, an integer and a boolean.
    '{"noop":[]}',
    '{"noop":""}',
    '{"noop":false}',
    '{"wait_event":{"event":0}}',
    '{"wait_event":{"event":false}}',
    '{"delay":{"duration":0}}',
    '{"delay":{"until":false}}',
    '{"update":[]}',
    '{"update":{"account":[]}}',
    _send(source="[]"),
    _send(source='{"account":[]}'),
    _send(source='{"account":{"id":"world","allowOverdraft":0}}'),
    _send(destination='{"account":{"id":false}}'),
    _send(amount="[]"),
    _send(amount='{"amount":false,"asset":"USD"}'),
    _send(amount='{"amount":"","asset":"USD"}'),
    _send(more=',"metadata":[]'),
    _send(more=',"metadata":{"k":false}'),
    _send(more=',"timestamp":0'),
    _update('{"id":"a","ledger":"default","metadata":[]}'),
)
"""Stages of an unknown kind, of none or of two, or with parameters of a wrong type."""

# Each is a runWorkflow request. Who takes an empty list or text for none need not take others so.
BAD_VARIABLES = (
    '{"a":"theirs","b":1}',
    '{"a":{"b":"c"}}',
    "[]",
    '[{"a":"theirs"}]',
    '""',
    "{",
    '{"a":true}',
    '{"a":["x"]}',
    "0",
    "false",
    '{"a":"b",}',
    '{"a":"theirs"/**/}',
)

_HALF_GOOD = '{"a":"of a refused run","b":7}'

BAD_EVENTS = (
    "",
    "{",
    "[]",
    '[{"name":"go"}]',
    '"go"',
    "{}",
    '{"name":1}',
    '{"event":"go"}',
    '{"name":["go"]}',
    "go",
    '{"name":{}}',
    "null",
    '{"name":null}',
    '{"name":true}',
    '{"name":false}',
    '{"name":0}',
    '{"name":[]}',
    *(f'{{"name":"go",{lenient}}}' for lenient in _LENIENT),
)


def malformed_workflows(d: Draft) -> None:
    """What is no WorkflowConfig is refused, and nothing is created of it."""
    d.add(*(CreateRaw(body) for body in d.shuffled(MALFORMED)), ListWorkflows())


def bad_stages(d: Draft) -> None:
    """A stage that is none, among good ones, spoils the whole."""
    _refused_stages(d, d.some(BAD_STAGES, 2, 6))


def every_bad_stage(d: Draft) -> None:
    """Whatever is no stage, each in a workflow of its own."""
    _refused_stages(d, d.shuffled(BAD_STAGES))


def _refused_stages(d: Draft, refused: Iterable[str]) -> None:
    for bad in refused:
        stages = ['{"noop":{}}'] * d.number(0, 2)
        stages.insert(d.number(0, len(stages)), bad)
        d.add(CreateRaw(f'{{"name":"{MARKER}","stages":[{",".join(stages)}]}}'))
    d.add(ListWorkflows())


def bad_variables(d: Draft) -> None:
    """Variables that are no map of strings start nothing."""
    d.add(RunRaw(d.create(words.noop()), d.pick(BAD_VARIABLES), wait=True))
    _refused_variables(d, d.some(BAD_VARIABLES, 1, 2))


def every_bad_variables(d: Draft) -> None:
    """Whatever is no map of strings: each is a runWorkflow request, so that all of them come but once in a run."""
    _refused_variables(d, d.shuffled(BAD_VARIABLES))


def _refused_variables(d: Draft, bodies: Iterable[str]) -> None:
    workflow = d.create(words.wait_for("${a}-${b}"), d.pick((words.noop(), words.hour())))
    # The last one has a good value, too: what was refused is no default for what comes next.
    d.add(*(RunRaw(workflow, body) for body in (*bodies, _HALF_GOOD)), Settle(), ListInstances(workflow))
    instance = d.run(workflow, {"a": "its own", "b": "too"})
    d.add(Until(instance, "waiting", 0), Settle(), History(instance))


def bad_events(d: Draft) -> None:
    """An event without a name is refused, and the stage goes on waiting, and hears the next one that has its name.

    Once more in the stage after it, which can be cancelled then.
    """
    event = d.event()
    instance = d.start(words.wait_for(event), words.wait_for(f"after {event}"))
    # What is refused, and has an effect all the same, shows only where it has the name that is waited for.
    own = exact_json.encode(event).decode()
    bodies = [body.replace('"go"', own) for body in BAD_EVENTS]
    d.add(Until(instance, "waiting", 0), *(SendRaw(instance, body) for body in d.shuffled(bodies)))
    d.add(Settle(), Read(instance), History(instance), Send(instance, event), Until(instance, "waiting", 1))
    d.add(SendRaw(instance, d.pick(BAD_EVENTS)), Cancel(instance), Settle(), Read(instance), History(instance))


def unknown_ids(d: Draft) -> None:
    """Ids of the server's own form that nobody created are not found, by any operation.

    Which of two mistakes a refusal tells of is open; that nothing breaks of both is not.
    """
    d.start(words.noop())
    steps = [
        GetWorkflow(UNKNOWN),
        Delete(UNKNOWN),
        Run("i9", UNKNOWN, {}, d.pick((None, True))),
        Read(UNKNOWN),
        History(UNKNOWN),
        StageHistory(UNKNOWN, "0"),
        Send(UNKNOWN, d.event()),
        Cancel(UNKNOWN),
        ListInstances(UNKNOWN),
        SendRaw(UNKNOWN, d.pick(BAD_EVENTS)),
        StageHistory(UNKNOWN, "first"),
    ]
    d.add(*d.shuffled(steps), ListWorkflows())


def unknown_among_known(d: Draft) -> None:
    """Unknown ids while an instance waits: it is not hit by mistake."""
    event = d.event()
    instance = d.waiting(event)
    d.add(
        Send(UNKNOWN, event), Cancel(UNKNOWN), StageHistory(UNKNOWN, "0"), Settle(), Read(instance), History(instance)
    )


THEMES = (
    Theme("malformed-workflows", malformed_workflows, ("workflow.create-malformed", "envelope.error-shape"), 4),
    Theme("bad-stages", bad_stages, ("workflow.create-bad-stage", "envelope.error-shape"), 4),
    Theme("every-bad-stage", every_bad_stage, ("workflow.create-bad-stage",), once=True),
    Theme("bad-variables", bad_variables, ("run.bad-variables",), 1),
    Theme("every-bad-variables", every_bad_variables, ("run.bad-variables",), once=True),
    Theme("bad-events", bad_events, ("event.malformed", "stage.waits"), 2),
    Theme(
        "unknown-ids",
        unknown_ids,
        (
            "workflow.get-unknown",
            "workflow.delete-unknown",
            "run.unknown-workflow",
            "event.unknown-instance",
            "cancel.unknown-instance",
            "history.unknown-instance",
            "list.unknown-workflow",
        ),
        5,
    ),
    Theme("unknown-among-known", unknown_among_known, ("event.unknown-instance", "cancel.unknown-instance"), 1),
)
