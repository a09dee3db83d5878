"""Cases about the client as a whole: patience, many calls at once, several clients, credentials."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Case, Script, Step
from conformance.sdk.drawing.single_calls import good, simple_answer, simple_arguments
from conformance.sdk.driver.protocol import Call, Credentials
from conformance.sdk.witness.answer import Answer, json_answer, success_answer
from conformance.trace.exchange import Request

LONG_WAIT_S = 12.0
_AT_ONCE = 20


def long_wait(theme: str) -> Case:
    """wait=true, answered after twelve seconds."""
    arguments = simple_arguments("runWorkflow") | {"wait": True}
    answer = simple_answer("runWorkflow").but(delay=LONG_WAIT_S)
    return Case(theme, (Step(Call("runWorkflow", arguments, timeout=2 * LONG_WAIT_S), answer),))


def at_once(theme: str) -> st.SearchStrategy[Case]:
    """Twenty calls at the same time on one client, each answered with what only it asked for."""

    def case(order: list[int]) -> Case:
        steps = [
            Step(
                Call("getInstance", {"instanceID": f"i-{number}"}, timeout=20.0),
                success_answer("getInstance", 200, SIMPLE["getInstance"] | {"id": f"i-{number}"}).but(
                    delay=0.02 + 0.005 * order[number]
                ),
            )
            for number in range(_AT_ONCE)
        ]
        return Case(theme, tuple(steps), together=True)

    return st.permutations(range(_AT_ONCE)).map(case)


def second_client(theme: str) -> st.SearchStrategy[Case]:
    """Two clients in one process, each with a base URL of its own, called alternately."""

    def case(turns: list[bool]) -> Case:
        steps = []
        for elsewhere in [False, True, *turns]:
            step = good(theme, "getWorkflow", SIMPLE["getWorkflow"]).step
            call = replace(step.call, client="second" if elsewhere else "first")
            steps.append(replace(step, call=call, elsewhere=elsewhere))
        return Case(theme, tuple(steps))

    return st.lists(st.booleans(), min_size=1, max_size=3).map(case)


def _token(name: str, lifetime: int) -> Answer:
    return json_answer(200, {"access_token": name, "token_type": "Bearer", "expires_in": lifetime})


def _tokens(lifetime: int) -> Script:
    return lambda _, before: _token(f"token-{before + 1}", lifetime)


def _with_credentials(theme: str, count: int, tokens: Script, script: Script | None = None, pause: float = 0) -> Case:
    credentials = Credentials("the-client", "the-secret", "{token}/oauth/token")
    call = Call("getWorkflow", {"flowId": "w-1"}, client=f"{theme} with credentials", credentials=credentials)
    steps = tuple(Step(call, simple_answer("getWorkflow").but(delay=pause)) for _ in range(count))
    return Case(theme, steps, script=script, tokens=tokens)


def tokens_once(theme: str) -> Case:
    """Three calls while the token is good."""
    return _with_credentials(theme, 3, _tokens(3600))


def tokens_expire(theme: str) -> Case:
    """A token that is good for one second, and a call that ends after it."""
    return _with_credentials(theme, 2, _tokens(1), pause=1.5)


def tokens_refused(theme: str) -> Case:
    """A token that the server does not take any more after the first call, though it has not expired."""

    def script(request: Request, before: int) -> Answer:
        given = next((value for name, value in request.headers if name == "authorization"), "")
        if before and given == "Bearer token-1":
            return json_answer(401, {"errorCode": "INTERNAL", "errorMessage": "the token is revoked"})
        return simple_answer("getWorkflow")

    return _with_credentials(theme, 3, _tokens(3600), script)


def redirected(theme: str) -> Case:
    """A redirect to another host, which must not get the token."""

    def script(request: Request, _: int) -> Answer:
        return Answer(307, (("location", "{elsewhere}" + request.path),))

    return _with_credentials(theme, 1, _tokens(3600), script)
