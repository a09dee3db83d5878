"""Characters and encodings: what must never reach a terminal, a report or a log as it came."""

from __future__ import annotations

from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.hostile.behaviours.bodies import says, spoiled, within
from benchmarks.hostile.handling import JSON, Handling, head

ESCAPES = b"\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m\x08\x7f"
"""Clears a screen, sets its title, colours it, deletes characters."""
_ESCAPED = b"\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u0008\\u202e\\u0000"
_ERROR = b'{"errorCode":"INTERNAL","errorMessage":"%s"}'


async def escapes_in_reason(handling: Handling) -> bool:
    answer = await handling.success()
    length = (("content-length", str(len(answer.body))),)
    await handling.send(
        b"HTTP/1.1 500 \x1b[2Jgone\x1b]0;owned\x07\r\n" + head(0, (*JSON, *length)).split(b"\r\n", 1)[1]
    )
    await handling.send(answer.body)
    return True


async def escapes_in_headers(handling: Handling) -> bool:
    answer = await handling.success()
    server = "\x1b[2J\x1b]0;owned\x07"
    headers = (("content-type", f"text/{server}"), ("server", server), ("content-length", str(len(answer.body))))
    await handling.send(head(502 if handling.chance.random() < 0.5 else 200, headers), answer.body)
    return True


async def utf16(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.answer(answer.status, answer.body.decode().encode("utf-16"), answer.headers)
    return True


async def markup(handling: Handling) -> bool:
    text = (
        b"</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>&#0;{{7*7}}[link](javascript:alert(1))|a|b|"
    )
    await handling.answer(500, _ERROR % text.replace(b'"', b'\\"'))
    return True


BEHAVIOURS = (
    Behaviour("invalid-utf8", spoiled(b'"', b'"\xff\xfe'), "bytes that are no UTF-8"),
    Behaviour("utf16", utf16, "UTF-16"),
    Behaviour("byte-order-mark", spoiled(b"{", b"\xef\xbb\xbf{"), "a byte order mark"),
    Behaviour("nul-bytes", within(b'"\\u0000"'), "NUL in a text"),
    Behaviour("raw-nul", says(b"\x00" * 100), "nothing but NUL"),
    Behaviour("lone-surrogates", within(b'"\\ud800\\udfff\\udc00"'), "halves of characters"),
    Behaviour("escapes-in-error", says(_ERROR % _ESCAPED, 500), "escape sequences in an error's text"),
    Behaviour("raw-escapes", says(ESCAPES * 20, 500), "raw escape sequences as a body"),
    Behaviour("escapes-in-ids", spoiled(b'"id":"', b'"id":"' + _ESCAPED), "escape sequences in ids"),
    Behaviour("escapes-in-reason", escapes_in_reason, "escape sequences in the status line"),
    Behaviour("escapes-in-headers", escapes_in_headers, "escape sequences in headers"),
    Behaviour("escapes-in-names", spoiled(b'"name":"', b'"name":"' + _ESCAPED), "escape sequences in names"),
    Behaviour("markup", markup, "HTML, Markdown and templates in an error's text"),
    Behaviour("line-breaks", says(_ERROR % b"a\\r\\n::error::b\\u2028\\u2029\\u0085", 500), "commands of CI logs"),
)
