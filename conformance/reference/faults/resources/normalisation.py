"""Faults of configurations that are kept in a form of the server's own, or taken though they should be refused."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.engine.durations import date_time, duration
from conformance.reference.faults.answers.texts import mapped
from conformance.reference.faults.fault import alter, around, edit, fault, map_numbers
from conformance.reference.faults.resources.malformed_workflows import readable
from conformance.reference.faults.resources.workflows import changed_stages, stored_as
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.request_bodies import workflow_config
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, write

_COLUMN = 255
_UNDERSCORE = re.compile("(?<=[A-Za-z0-9])_([A-Za-z0-9])")


def _stored(server: Server, change: Callable[[Json], Json]) -> None:
    alter(server.engine, "create_workflow", stored_as(change))


def _metadata(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value with every ``metadata`` in it changed."""
    if isinstance(value, dict):
        return {key: change(item) if key == "metadata" else _metadata(item, change) for key, item in value.items()}
    return value


@fault("workflow.create-echo")
def names_composed(server: Server) -> None:
    """Names of workflows are kept in composed Unicode: a letter and its accent become one character."""
    _stored(server, lambda config: config | {"name": unicodedata.normalize("NFC", config["name"])})


@fault("workflow.create-echo")
def names_on_one_line(server: Server) -> None:
    """The ends of lines in names of workflows are kept as blanks."""
    _stored(server, lambda config: config | {"name": re.sub(r"[\r\n]+", " ", config["name"])})


@fault("workflow.create-echo")
def names_of_255_characters(server: Server) -> None:
    """Names of workflows are cut after 255 characters."""
    _stored(server, lambda config: config | {"name": config["name"][:_COLUMN]})


@fault("workflow.create-echo")
def empty_objects_not_kept(server: Server) -> None:
    """Metadata of a stage that hold nothing are not kept."""

    def filled(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items() if (key, item) != ("metadata", {})}
        return value

    _stored(server, changed_stages(lambda _, given: filled(given)))


@fault("workflow.create-echo", "stage-history.effect")
def metadata_keys_lowered(server: Server) -> None:
    """Keys of metadata are kept in lower case."""

    def lowered(metadata: Json) -> Json:
        return {key.lower(): text for key, text in metadata.items()}

    _stored(server, changed_stages(lambda _, given: _metadata(given, lowered)))


@fault("workflow.create-echo")
def dots_nest_metadata(server: Server) -> None:
    """A key of metadata with a dot becomes an object in an object."""

    def nested(metadata: Json) -> Json:
        found: Json = {}
        for key, text in metadata.items():
            outer, _, inner = key.partition(".")
            found |= {outer: {inner: text}} if inner else {key: text}
        return found

    _stored(server, changed_stages(lambda _, given: _metadata(given, nested)))


@fault("workflow.create-echo", "event.matching")
def texts_escaped_for_html(server: Server) -> None:
    """Texts of a stage are kept as HTML would have them: & is &amp; and < is &lt;."""
    _stored(server, changed_stages(lambda _, given: mapped(given, lambda text: html.escape(text, quote=False))))


@fault("workflow.create-echo")
def line_ends_normalised(server: Server) -> None:
    """Line ends in texts of a stage are kept as a line feed alone, without a carriage return."""
    _stored(server, changed_stages(lambda _, given: mapped(given, lambda text: "\n".join(re.split("\r\n?", text)))))


@fault("workflow.create-echo")
def durations_in_largest_units(server: Server) -> None:
    """Durations of whole seconds are kept with minutes and hours apart: 60s is 1m0s."""

    def spelt(text: str) -> str:
        seconds, rest = divmod(duration(text) or 0, SECOND)
        if rest or seconds < 60:
            return text
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}h{minutes}m{seconds}s" if hours else f"{minutes}m{seconds}s"

    def kept(kind: str, given: Json) -> Json:
        return given | {"duration": spelt(given["duration"])} if kind == "delay" and "duration" in given else given

    _stored(server, changed_stages(kept))


@fault("workflow.create-echo")
def moments_kept_in_utc(server: Server) -> None:
    """The moment until which a stage delays is kept in UTC, whatever zone it was written in."""

    def kept(kind: str, given: Json) -> Json:
        moment = date_time(given["until"]) if kind == "delay" and "until" in given else None
        return given if moment is None or given["until"][-1] in "zZ" else given | {"until": rfc3339(moment)}

    _stored(server, changed_stages(kept))


def _read_as(server: Server, change: Callable[[Json], Json]) -> None:
    """Read configurations, the objects among them, as if they had been others."""

    async def handle(original: Handler, call: Call) -> Reply:
        config = readable(call.body)
        changed = change(config) if config else config
        return await original(
            call if changed == config else Call(call.operation, call.path, call.query, write(changed))
        )

    around(server, "createWorkflow", handle)


@fault("workflow.create-malformed")
def no_list_of_stages_is_none(server: Server) -> None:
    """Stages that are null or an object are taken for none."""

    def listed(config: Json) -> Json:
        odd = "stages" in config and (config["stages"] is None or isinstance(config["stages"], dict))
        return config | {"stages": []} if odd else config

    _read_as(server, listed)


@fault("workflow.create-bad-stage")
def stages_before_a_bad_one_stored(server: Server) -> None:
    """A configuration that is refused for a later stage is stored with the stages before it."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            config = readable(call.body)
            stages = config.get("stages")
            good = _good(config, stages) if isinstance(stages, list) else 0
            if good:
                server.engine.create_workflow(workflow_config(write(config | {"stages": stages[:good]})))
            raise

    around(server, "createWorkflow", handle)


def _good(config: Json, stages: list[Json]) -> int:
    """How many of the first stages make a sound configuration; 0 also when it is unsound without any."""
    for number in range(len(stages), 0, -1):
        try:
            workflow_config(write(config | {"stages": stages[:number]}))
        except Invalid:
            continue
        return number
    return 0


@fault("workflow.create-bad-stage")
def texts_of_digits_are_amounts(server: Server) -> None:
    """An amount that is a text of digits is taken for a number."""

    def numbered(stage: Json) -> Json:
        money = _money(stage)
        if not isinstance(money.get("amount"), str) or not (money["amount"].isascii() and money["amount"].isdigit()):
            return stage
        return {"send": stage["send"] | {"amount": money | {"amount": int(money["amount"])}}}

    def change(config: Json) -> Json:
        stages = config.get("stages")
        return config | {"stages": list(map(numbered, stages))} if isinstance(stages, list) else config

    _read_as(server, change)


def _money(stage: Json) -> Json:
    """The amount of a send, empty if there is none."""
    send = stage.get("send") if isinstance(stage, dict) and len(stage) == 1 else None
    money = send.get("amount") if isinstance(send, dict) else None
    return money if isinstance(money, dict) else {}


@fault("workflow.create-echo", "event.matching")
def awaited_names_trimmed(server: Server) -> None:
    """White space around the name of the event that a stage waits for is not kept."""

    def trimmed(kind: str, given: Json) -> Json:
        return given | {"event": given["event"].strip()} if kind == "wait_event" else given

    _stored(server, changed_stages(trimmed))


@fault("workflow.create-echo")
def assets_in_capitals(server: Server) -> None:
    """The asset of a send is kept in capitals."""

    def capital(kind: str, given: Json) -> Json:
        if kind != "send" or "amount" not in given:
            return given
        return given | {"amount": given["amount"] | {"asset": given["amount"]["asset"].upper()}}

    _stored(server, changed_stages(capital))


@fault("workflow.create-malformed")
def numbers_name_workflows(server: Server) -> None:
    """A workflow whose name is a number has the number's digits as its name."""

    def named(config: Json) -> Json:
        name = config.get("name")
        number = isinstance(name, int) and not isinstance(name, bool)
        return config | {"name": str(name)} if number else config

    _read_as(server, named)


def _camel(value: Json) -> Json:
    """A value with the keys of each metadata in camel case."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    metadata = value.get("metadata")
    camel = {} if not isinstance(metadata, dict) else {"metadata": {_camelled(key): metadata[key] for key in metadata}}
    return {key: _camel(item) for key, item in value.items()} | camel


def _camelled(key: str) -> str:
    return _UNDERSCORE.sub(lambda found: found[1].upper(), key)


@fault("workflow.create-echo", "stage-history.effect")
def keys_of_metadata_in_camel_case(server: Server) -> None:
    """Keys of metadata with an underscore are kept in camel case: order_id as orderId."""
    alter(server.engine, "create_workflow", stored_as(_camel))


@fault("workflow.exact-numbers")
def round_numbers_in_exponents(server: Server) -> None:
    """A read of one workflow writes an integer that ends in zeros with an exponent: 100 as 1E+2."""

    def written(number: Json) -> Json:
        digits = str(number).rstrip("0")
        zeros = len(str(number)) - len(digits)
        return Decimal(f"{digits}E+{zeros}") if number and zeros else number

    edit(server, "getWorkflow", lambda found: found | {"config": map_numbers(found["config"], written)})


FAULTS = (
    names_composed,
    names_on_one_line,
    names_of_255_characters,
    empty_objects_not_kept,
    metadata_keys_lowered,
    dots_nest_metadata,
    texts_escaped_for_html,
    line_ends_normalised,
    durations_in_largest_units,
    moments_kept_in_utc,
    no_list_of_stages_is_none,
    stages_before_a_bad_one_stored,
    texts_of_digits_are_amounts,
    awaited_names_trimmed,
    assets_in_capitals,
    numbers_name_workflows,
    round_numbers_in_exponents,
    keys_of_metadata_in_camel_case,
)
