"""Refusals in other words and with other statuses, where the API does not name one."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_server
from conformance.reference.faults.fault import around
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid, NotFound

_TEXT = "errorMessage is a string"
_FREE = "the bodies of 401, 403, 405 and 429, and of what is no documented path, are not judged"
_HTML = b"<html><body><h1>405 Not Allowed</h1></body></html>\r\n"
_LARGE = 65536


def _message(answer: Answer, text: str) -> None:
    if answer.body is None and isinstance(answer.value, dict) and "errorMessage" in answer.value:
        answer.value["errorMessage"] = text


@of_answer(_TEXT, "messages")
def empty_messages(answer: Answer, asked: Asked) -> None:
    """The errorMessage is empty."""
    del asked
    _message(answer, "")


@of_answer(_TEXT, "messages")
def messages_in_another_language(answer: Answer, asked: Asked) -> None:
    """The errorMessage is in another language, on several lines, with a control character."""
    del asked
    _message(answer, "не найдено\n\tзапрос №42: «?» \u0000 \U0001f4a5")


@of_answer(_TEXT, "messages")
def messages_that_quote(answer: Answer, asked: Asked) -> None:
    """The errorMessage quotes the request, and is long."""
    _message(answer, f"rpc error: code = NotFound desc = {asked.method} {asked.path} " + "x" * 5000)


@of_answer(_FREE, "405")
def method_refused_in_html(answer: Answer, asked: Asked) -> None:
    """A 405 is told in HTML."""
    if answer.status == 405 and asked.method != "HEAD":
        answer.say(405, _HTML, "text/html")


@of_answer(_FREE, "405")
def method_refused_without_a_word(answer: Answer, asked: Asked) -> None:
    """A 405 has no body, and no Allow either."""
    del asked
    if answer.status == 405:
        answer.say(405, b"")
        answer.headers = [(name, value) for name, value in answer.headers if name != "allow"]


@of_answer(_FREE)
def unknown_paths_in_plain_text(answer: Answer, asked: Asked) -> None:
    """What is no path of the API is told in plain text."""
    nothing = answer.status == 404 and "nothing is served at" in str(answer.value)
    if nothing and not asked.operation:
        answer.say(404, b"404 page not found\n", "text/plain; charset=utf-8")


@of_answer("HEAD and OPTIONS are not judged", "HEAD")
def options_for_browsers(answer: Answer, asked: Asked) -> None:
    """OPTIONS gets 204 with CORS headers; every answer has one of them."""
    if asked.method == "OPTIONS":
        answer.say(204, b"")
        answer.headers += [("access-control-allow-methods", "*"), ("allow", "GET, POST, PUT, DELETE")]
    answer.headers.append(("access-control-allow-origin", "*"))


@of_answer("HEAD and OPTIONS are not judged", "HEAD")
def refuses_head(answer: Answer, asked: Asked) -> None:
    """HEAD and OPTIONS get 501, without a body."""
    if asked.method in ("HEAD", "OPTIONS"):
        answer.say(501, b"")


class _Refusal(ApiError):
    """A refusal with another status of the 4xx."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__("refused")
        self.__dict__["status"], self.__dict__["code"] = status, code


def _ended(server: Server, instance_id: str) -> bool:
    execution = server.engine.executions.get(instance_id)
    return execution is not None and execution.ended.is_set()


def _refused_late(operation: str, status: int, code: str) -> Callable[[Server, Random], None]:
    """A change of the server: an operation on an instance that has terminated is refused."""

    def change(server: Server, chance: Random) -> None:
        del chance

        async def handle(original: Handler, call: Call) -> Reply:
            if _ended(server, call.path["instanceID"]):
                raise _Refusal(status, code)
            return await original(call)

        around(server, operation, handle)

    return change


def _late_events(status: int, code: str) -> Freedom:
    return Freedom(
        f"late-events-{status}",
        f"An event to an instance that has terminated gets {status}, whatever its body.",
        "an event to a terminated instance gets 4xx (SHOULD; 204 is allowed by the MUST)",
        "late events",
        on_server=_refused_late("sendEvent", status, code),
    )


def _late_cancellations(status: int, code: str) -> Freedom:
    return Freedom(
        f"late-cancellations-{status}",
        f"Cancelling an instance that has terminated gets {status}.",
        "cancelling a terminated instance gets 2xx or 4xx",
        "late cancellations",
        on_server=_refused_late("cancelEvent", status, code),
    )


@of_server("an event sent while no stage waits for it is left open", "events")
def events_while_nothing_waits_404(server: Server, chance: Random) -> None:
    """An event to an instance that runs, but waits for no event, gets 404."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        deaf = execution is not None and execution.waiting_for is None and not execution.ended.is_set()
        reply = await original(call)
        if deaf:
            raise _Refusal(404, "NOT_FOUND")
        return reply

    around(server, "sendEvent", handle)


@of_server("an event sent while no stage waits for it is left open", "events")
def events_nobody_waits_for_409(server: Server, chance: Random) -> None:
    """An event of a name that no stage waits for gets 409."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        waiting = execution.waiting_for if execution is not None else None
        reply = await original(call)
        still = execution is not None and execution.waiting_for == waiting
        if execution is not None and still and not execution.ended.is_set():
            raise _Refusal(409, "VALIDATION")
        return reply

    around(server, "sendEvent", handle)


@of_server("both the id and the body are wrong: which is looked at first is not said")
def ids_before_bodies(server: Server, chance: Random) -> None:
    """An unknown id gets 404 before its body is read."""
    del chance

    async def event(original: Handler, call: Call) -> Reply:
        server.engine.execution(call.path["instanceID"])
        return await original(call)

    async def run(original: Handler, call: Call) -> Reply:
        server.engine.config(call.path["workflowID"])
        return await original(call)

    around(server, "sendEvent", event)
    around(server, "runWorkflow", run)


def _refused_for_its_number(answer: Answer, asked: Asked) -> bool:
    """Whether it is not refused for something that is looked at before, such as a parameter that is not known."""
    if asked.operation != "getInstanceStageHistory" or answer.status != 400:
        return False
    return re.search(r"/stages/-?[0-9]+/history/?$", asked.path) is None


@of_answer("a number of a stage that is no integer gets 4xx with an Error", "bad numbers")
def bad_numbers_422(answer: Answer, asked: Asked) -> None:
    """A number of a stage that is no integer gets 422."""
    if _refused_for_its_number(answer, asked):
        answer.status = 422


@of_answer("a number of a stage that is no integer gets 4xx with an Error", "bad numbers")
def bad_numbers_404(answer: Answer, asked: Asked) -> None:
    """A number of a stage that is no integer gets 404."""
    if _refused_for_its_number(answer, asked):
        answer.refuse(404, "NOT_FOUND", "no such stage")


@of_server("stage numbers below 0 or from 2³¹ are left open", "open numbers")
def refuses_numbers_out_of_range(server: Server, chance: Random) -> None:
    """A number of a stage below 0 or from 2³¹ gets 400."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except NotFound:
            text = call.path["number"]
            if text.startswith("-") or (text.isascii() and text.isdigit() and int(text[:40]) >= 2**31):
                raise Invalid("out of range") from None
            raise

    around(server, "getInstanceStageHistory", handle)


@of_server("how large a body may be is left open: a server protects itself", "large bodies")
def refuses_large_bodies(server: Server, chance: Random) -> None:
    """A body of more than 64 KiB gets 413."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        if len(call.body) > _LARGE:
            raise _Refusal(413, "VALIDATION")
        return await original(call)

    for operation in ("createWorkflow", "runWorkflow", "sendEvent"):
        around(server, operation, handle)


@of_answer("what the HTTP parser itself refuses is exempt")
def refuses_long_addresses(answer: Answer, asked: Asked) -> None:
    """An address of more than 2048 bytes gets 414, in HTML."""
    if len(asked.path) > 2048:
        answer.say(414, b"<html><h1>414 Request-URI Too Large</h1></html>", "text/html")


FREEDOMS: tuple[Freedom, ...] = (
    events_while_nothing_waits_404,
    events_nobody_waits_for_409,
    _late_events(404, "NOT_FOUND"),
    _late_events(409, "VALIDATION"),
    _late_events(410, "NOT_FOUND"),
    _late_cancellations(400, "VALIDATION"),
    _late_cancellations(404, "NOT_FOUND"),
    _late_cancellations(409, "VALIDATION"),
    ids_before_bodies,
    refuses_numbers_out_of_range,
    refuses_large_bodies,
    bad_numbers_422,
    bad_numbers_404,
    empty_messages,
    messages_in_another_language,
    messages_that_quote,
    method_refused_in_html,
    method_refused_without_a_word,
    unknown_paths_in_plain_text,
    options_for_browsers,
    refuses_head,
    refuses_long_addresses,
)
