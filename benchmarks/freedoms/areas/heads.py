"""HTTP in other ways: headers, framing, encodings and connections."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_wire
from benchmarks.freedoms.wire import Wire

_TYPE = "a success is application/json, parameters allowed; media types are compared without regard to case"
_HTTP = "HTTP/1.1 (RFC 9110, 9112) leaves it to the server"


def _media_type(answer: Answer, text: str) -> None:
    if answer.body is None:
        answer.headers = [(name, text if name == "content-type" else value) for name, value in answer.headers]


@of_answer(_TYPE, "media type")
def with_charset(answer: Answer, asked: Asked) -> None:
    """The media type has a charset."""
    del asked
    _media_type(answer, "application/json; charset=utf-8")


@of_answer(_TYPE, "media type")
def media_type_in_upper_case(answer: Answer, asked: Asked) -> None:
    """The media type is written in upper case, with a quoted parameter and no space."""
    del asked
    _media_type(answer, 'Application/JSON;Charset="UTF-8"')


@of_answer(_TYPE, "media type")
def odd_parameters(answer: Answer, asked: Asked) -> None:
    """The media type has parameters that mean nothing."""
    del asked
    _media_type(answer, 'application/json ; profile="https://example.com/a;b" ; odata=minimal')


@of_answer(_HTTP, "framing")
def chunked(answer: Answer, asked: Asked) -> None:
    """Bodies are sent in chunks."""
    del asked
    answer.chunk = 0 if answer.status == 204 else 4096


@of_answer(_HTTP, "framing")
def tiny_chunks(answer: Answer, asked: Asked) -> None:
    """Short bodies are sent in chunks of seven bytes, which cut through characters."""
    del asked
    answer.chunk = 0 if answer.status == 204 else 7 if len(str(answer.value)) < 600 else 2000


@of_answer("Content-Encoding may be what the client accepts", "encoding")
def gzipped(answer: Answer, asked: Asked) -> None:
    """Bodies are compressed with gzip where the client accepts that."""
    if "gzip" in asked.headers.get("accept-encoding", ""):
        answer.encoding = "gzip"


@of_answer("Content-Encoding may be what the client accepts", "encoding")
def deflated(answer: Answer, asked: Asked) -> None:
    """Bodies are compressed with deflate where the client accepts that."""
    if "deflate" in asked.headers.get("accept-encoding", ""):
        answer.encoding = "deflate"


@of_answer("other headers are allowed")
def many_headers(answer: Answer, asked: Asked) -> None:
    """Headers of a gateway, cookies, a strong ETag, a header beyond ASCII and a long one."""
    answer.headers += [
        ("etag", f'"{asked.chance.getrandbits(64):x}"'),
        ("set-cookie", "route=a1b2; Path=/; HttpOnly"),
        ("set-cookie", f"seen={asked.chance.randrange(10**6)}; Max-Age=60"),
        ("x-request-id", f"{asked.chance.getrandbits(128):032x}"),
        ("x-note", "déjà vu"),
        ("x-trace", "0" * 3000),
        ("cache-control", "no-store"),
        ("strict-transport-security", "max-age=31536000"),
        ("alt-svc", 'h3=":443"; ma=86400'),
        ("x-ratelimit-remaining", "0"),
    ]


@of_answer("a 201 may name what was made (RFC 9110, 15.3.2)")
def location(answer: Answer, asked: Asked) -> None:
    """A 201 names what was made in a Location."""
    for record in answer.records if answer.status == 201 else []:
        place = "workflows" if asked.operation == "createWorkflow" else "instances"
        if record["id"].isascii():
            answer.headers.append(("location", f"/{place}/{record['id']}"))


@of_answer("a 204 has no body; that it says so is harmless", "204")
def length_of_nothing(answer: Answer, asked: Asked) -> None:
    """A 204 has a Content-Length of 0."""
    del asked
    if answer.status == 204:
        answer.headers.append(("content-length", "0"))


@of_answer("a 204 has no body; that it names a media type is harmless", "204")
def media_type_of_nothing(answer: Answer, asked: Asked) -> None:
    """A 204 has a Content-Type."""
    del asked
    if answer.status == 204:
        answer.headers.append(("content-type", "application/json"))


@of_answer(_HTTP, "connections")
def closes_each_time(answer: Answer, asked: Asked) -> None:
    """Each answer announces that the connection closes."""
    del asked
    answer.headers.append(("connection", "close"))


@of_wire(_HTTP, "connections")
def closes_unannounced(wire: Wire) -> Wire:
    """A connection is closed after its third answer, without a word."""
    return replace(wire, closes_after=3)


@of_wire(_HTTP, "connections")
def closes_when_idle(wire: Wire) -> Wire:
    """A connection is closed when it has been idle for a second."""
    return replace(wire, idle_s=1)


@of_wire("an HTTP/1.0 server answers an HTTP/1.1 client (RFC 9112)", "framing")
def http_1_0(wire: Wire) -> Wire:
    """HTTP/1.0: each connection has one answer."""
    return replace(wire, version="1.0")


@of_wire(_HTTP)
def title_case(wire: Wire) -> Wire:
    """Header names are written in title case."""
    return replace(wire, title_case=True)


@of_wire("the reason phrase is of no meaning, and may be empty (RFC 9112, 4)")
def no_reason_phrase(wire: Wire) -> Wire:
    """Status lines have no words."""
    return replace(wire, reason="")


@of_wire("an HTTP/1.1 client reads interim answers (RFC 9110, 15.2)")
def early_hints(wire: Wire) -> Wire:
    """A 103 precedes each answer."""
    return replace(wire, hints=True)


FREEDOMS: tuple[Freedom, ...] = (
    with_charset,
    media_type_in_upper_case,
    odd_parameters,
    chunked,
    tiny_chunks,
    gzipped,
    deflated,
    many_headers,
    location,
    length_of_nothing,
    media_type_of_nothing,
    closes_each_time,
    closes_unannounced,
    closes_when_idle,
    http_1_0,
    title_case,
    no_reason_phrase,
    early_hints,
)
