"""Faults of comparing the names of events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, fault
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

Deliver = Callable[[Execution, str], None]


def _heard_as(same: Callable[[str, str], bool]) -> Callable[[Deliver], Deliver]:
    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            awaited = execution.waiting_for
            deliver(execution, awaited if awaited is not None and same(awaited, name) else name)

        return delivered

    return make


@fault("event.other", "stage.waits", profile="smoke")
def any_event_matches(server: Server) -> None:
    """Any event ends a waiting stage."""
    alter(server.engine, "deliver", _heard_as(lambda *_: True))


@fault("event.other")
def event_case_folded(server: Server) -> None:
    """Names of events are compared without regard to case."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: awaited.casefold() == name.casefold()))


@fault("event.other")
def awaited_name_is_a_like_pattern(server: Server) -> None:
    """In the name that is waited for, _ stands for any character and % for any text, as in SQL."""

    def like(awaited: str, name: str) -> bool:
        pattern = re.escape(awaited).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, name, re.DOTALL) is not None

    alter(server.engine, "deliver", _heard_as(like))


@fault("event.other")
def event_names_of_64_characters(server: Server) -> None:
    """Names of events are compared by their first 64 characters."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: awaited[:64] == name[:64]))


@fault("event.other")
def event_names_of_8192_characters(server: Server) -> None:
    """Names of events are compared by their first 8,192 characters."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: awaited[:8192] == name[:8192]))


@fault("event.other")
def event_trimmed(server: Server) -> None:
    """Names of events are compared without the white space around them."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: awaited.strip() == name.strip()))


@fault("event.other")
def event_prefix_matches(server: Server) -> None:
    """An event matches when its name begins with the one that is waited for."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: name.startswith(awaited)))


@fault("event.other", "stage.waits")
def event_names_end_at_colons(server: Server) -> None:
    """Names of events are compared up to their first colon."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: awaited.split(":")[0] == name.split(":")[0]))


@fault("event.other", "stage.waits")
def event_names_composed(server: Server) -> None:
    """Names of events are compared in composed Unicode: a letter and its accent equal the one character."""

    def same(awaited: str, name: str) -> bool:
        return unicodedata.normalize("NFC", awaited) == unicodedata.normalize("NFC", name)

    alter(server.engine, "deliver", _heard_as(same))


@fault("event.other", "stage.waits")
def compatible_event_names_equal(server: Server) -> None:
    """Names of events are compared in Unicode's compatibility form: letters in full width equal the usual ones."""

    def same(awaited: str, name: str) -> bool:
        composed = unicodedata.normalize("NFC", awaited) == unicodedata.normalize("NFC", name)
        return not composed and unicodedata.normalize("NFKC", awaited) == unicodedata.normalize("NFKC", name)

    alter(server.engine, "deliver", _heard_as(same))


@fault("event.matching", "event.burst", "event.other", "stage.waits")
def waits_for_trimmed_names(server: Server) -> None:
    """A stage waits for its event's name without the white space around it; what is sent is compared as it is."""
    plain = server.stage_kinds.wait_event

    async def wait(execution: Execution, parameters: Json) -> None:
        await plain(execution, {"event": parameters["event"].strip() or parameters["event"]})

    server.stage_kinds.kinds["wait_event"] = wait


@fault("event.other", "stage.waits")
def awaited_names_are_lists(server: Server) -> None:
    """A stage that waits for a name with a comma is ended by an event with the name of one of the parts."""
    alter(server.engine, "deliver", _heard_as(lambda awaited, name: name in awaited.split(",")))


FAULTS = (
    awaited_names_are_lists,
    any_event_matches,
    event_case_folded,
    awaited_name_is_a_like_pattern,
    event_names_of_64_characters,
    event_names_of_8192_characters,
    event_trimmed,
    event_prefix_matches,
    event_names_end_at_colons,
    event_names_composed,
    compatible_event_names_equal,
    waits_for_trimmed_names,
)
