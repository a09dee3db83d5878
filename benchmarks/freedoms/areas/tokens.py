"""A server that asks for tokens, and how it refuses what comes without."""

from __future__ import annotations

from typing import Any

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_options

_BASIS = "a server may run with authentication"
_FREE = "the bodies of 401 and 403 are not judged"
_HTML = b"<html><head><title>401 Authorization Required</title></head></html>\r\n"
_ON: dict[str, Any] = {"auth": True}


def _in_html(answer: Answer, asked: Asked) -> None:
    del asked
    if answer.status in (401, 403):
        answer.say(answer.status, _HTML, "text/html")
        answer.headers = [(name, value) for name, value in answer.headers if name != "www-authenticate"]


def _without_a_word(answer: Answer, asked: Asked) -> None:
    del asked
    if answer.status in (401, 403):
        answer.say(answer.status, b"")


def _in_few_words(answer: Answer, asked: Asked) -> None:
    if asked.path.endswith("/oauth/token") and answer.ok:
        answer.value = {"access_token": answer.value["access_token"], "token_type": "bearer"}


def _in_many_words(answer: Answer, asked: Asked) -> None:
    if asked.path.endswith("/oauth/token") and answer.ok:
        answer.value |= {"refresh_token": "r", "id_token": "i", "ext_expires_in": 3600, "not-before-policy": 0}


FREEDOMS: tuple[Freedom, ...] = (
    of_options("tokens-for-seconds", "Tokens live for 20 seconds.", _BASIS, **_ON, token_lifetime=20.0),
    Freedom("refused-in-html", "401 and 403 are told in HTML.", _FREE, "401", dict(_ON), on_answer=_in_html),
    Freedom("refused-without-a-word", "401 and 403 have no body.", _FREE, "401", dict(_ON), on_answer=_without_a_word),
    Freedom(
        "tokens-in-few-words",
        "A token comes with its type, and nothing else.",
        "expires_in and scope are optional (RFC 6749, 5.1)",
        "token answers",
        dict(_ON),
        on_answer=_in_few_words,
    ),
    Freedom(
        "tokens-in-many-words",
        "A token comes with keys that the client does not know.",
        "other keys are to be ignored (RFC 6749, 5.1)",
        "token answers",
        dict(_ON),
        on_answer=_in_many_words,
    ),
)
