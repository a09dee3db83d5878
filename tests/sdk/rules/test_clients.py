"""The client as a whole: for each requirement, a client that upholds it and one that violates it."""

from __future__ import annotations

from dataclasses import replace

from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Played, PlayedStep
from conformance.sdk.driver.protocol import Result, SdkError
from conformance.sdk.rules.clients import RULES
from conformance.sdk.witness.answer import Answer, success_answer
from conformance.trace import Exchange
from tests.sdk.rules.cases import Sent, broken_too, exchange, played, played_step, step, verdicts

RUN = Sent("POST", "/workflows/id-1/instances")
GET = Sent("GET", "/workflows/w")
FOUND = success_answer("getWorkflow", 200, SIMPLE["getWorkflow"])
LATE = success_answer("runWorkflow", 201, SIMPLE["runWorkflow"]).but(delay=12.0)
GOT = Result({})
TOKEN = exchange(Sent("POST", "/oauth/token"))


def _both(requirement: str, upheld: Played, *violated: Played) -> None:
    assert verdicts(requirement, upheld) == [True]
    assert verdicts(requirement, broken_too(upheld)) == []
    for case in violated:
        assert verdicts(requirement, case) == [False]


def test_a_long_wait() -> None:
    asked = step("runWorkflow", LATE, workflowID="id-1", wait=True)
    name = "sdk-client.long-wait"
    given_up = played(name, played_step(asked, SdkError("timeout"), RUN))
    twice = played(name, played_step(asked, Result({}), RUN, RUN))
    _both(name, played(name, played_step(asked, Result({}), RUN)), given_up, twice)


def test_no_mixing() -> None:
    asked = step("getInstance", Answer(), instanceID="i-1")
    name, sent = "sdk-client.no-mixing", Sent("GET", "/instances/i-1")
    another = played(name, played_step(asked, Result({"id": "i-2"}), sent))
    _both(name, played(name, played_step(asked, Result({"id": "i-1"}), sent)), another)


def test_a_second_client() -> None:
    asked = replace(step("getWorkflow", FOUND, flowId="w"), elsewhere=True)
    name = "sdk-client.second-client"
    astray = played(name, PlayedStep(asked, Result({}), ()))
    _both(name, played(name, played_step(asked, Result({}), GET)), astray)


def _calls(theme: str, *tokens: str, last: Result | SdkError = GOT, fetched: int = 1) -> Played:
    asked = step("getWorkflow", FOUND, flowId="w")
    sent = [GET._replace(headers=(("authorization", f"Bearer {token}"),)) for token in tokens]
    calls = [played_step(asked, Result({}), each) for each in sent[:-1]]
    return played(theme, *calls, played_step(asked, last, sent[-1]), tokens=(TOKEN,) * fetched)


def test_a_token_is_fetched_once() -> None:
    name = "sdk-client.token-once"
    each = _calls(name, "token-1", "token-2", "token-3", fetched=3)
    _both(name, _calls(name, "token-1", "token-1", "token-1"), each)


def test_a_token_is_renewed() -> None:
    name = "sdk-client.token-renewed"
    _both(name, _calls(name, "token-1", "token-2", fetched=2), _calls(name, "token-1", "token-1"))


def test_a_token_that_was_refused_is_used_no_more() -> None:
    name = "sdk-client.token-after-401"
    stuck = _calls(name, "token-1", "token-1", "token-1", last=SdkError("http", 401))
    _both(name, _calls(name, "token-1", "token-1", "token-2", fetched=2), stuck)
    # A token for each call is another requirement's.
    assert verdicts(name, _calls(name, "token-1", "token-2", "token-3", fetched=3)) == [True]


def test_tokens_stay_with_their_host() -> None:
    name = "sdk-client.token-other-host"
    asked = step("getWorkflow", Answer(307), flowId="w")

    def redirected(*elsewhere: Exchange) -> Played:
        return played(name, played_step(asked, Result({}), GET), elsewhere=elsewhere)

    bearer = exchange(GET._replace(headers=(("authorization", "Bearer token-1"),)), host="localhost:2")
    _both(name, redirected(exchange(GET, host="localhost:2")), redirected(bearer))
    assert verdicts(name, redirected()) == [True]


def test_every_requirement_on_clients_is_there() -> None:
    assert RULES.keys() == {
        f"sdk-client.{name}"
        for name in (
            "long-wait",
            "no-mixing",
            "second-client",
            "token-once",
            "token-renewed",
            "token-after-401",
            "token-other-host",
        )
    }
