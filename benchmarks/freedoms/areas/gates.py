"""What stands before the API: routers and gateways that redirect, rewrite paths, or refuse before anything is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_gate, of_path

_PATHS = "a path that the API does not document is not judged"
_WAIT = "503 and 429 with Retry-After mean wait"
_WORDS = re.compile(r"^/(_info|workflows|instances)\b", re.IGNORECASE)
_LARGE = 65536
_HTML = [("content-type", "text/html"), ("server", "nginx")]


@of_path(_PATHS, "slashes")
def ignores_a_last_slash(path: str) -> str:
    """A slash at the end of a path is ignored."""
    return path.rstrip("/") or "/"


@of_gate(_PATHS, "slashes")
def redirects_a_last_slash(asked: Asked) -> Answer | None:
    """A path with a slash at its end is redirected to the one without."""
    if not asked.path.endswith("/") or asked.path == "/" or not asked.path.isascii():
        return None
    return Answer(308, [("location", re.sub("/+", "/", asked.path).rstrip("/"))], body=b"")


@of_gate(_PATHS, "double slashes")
def redirects_double_slashes(asked: Asked) -> Answer | None:
    """A path with two slashes in a row is redirected to the one with one."""
    if "//" not in asked.path or not asked.path.isascii():
        return None
    return Answer(301, [("location", re.sub("/+", "/", asked.path))], body=b"Moved Permanently.\n")


@of_path(_PATHS, "case of paths")
def paths_in_any_case(path: str) -> str:
    """/Workflows is /workflows."""
    return _WORDS.sub(lambda found: found[0].lower(), path)


@of_gate("how large a body may be is left open: a server protects itself", "large bodies")
def refuses_large_bodies_unread(asked: Asked) -> Answer | None:
    """A body of more than 64 KiB gets nginx's 413 before it is read, and the connection is closed."""
    if int(asked.headers.get("content-length", "0")) <= _LARGE:
        return None
    return Answer(413, _HTML, body=b"<html><h1>413 Request Entity Too Large</h1></html>\r\n")


@of_gate("RFC 9110, 15.5.12: a server may want to know how long a body is", "lengths of bodies")
def wants_lengths(asked: Asked) -> Answer | None:
    """A body that comes without its length gets 411."""
    return Answer(411, _HTML, body=b"<h1>411 Length Required</h1>") if "transfer-encoding" in asked.headers else None


_PARAMETERS = {"runWorkflow": {"wait"}, "listInstances": {"workflowID", "running"}}


def _refused(status: int, message: str) -> Answer:
    headers = [("content-type", "application/json")]
    return Answer(status, headers, {"errorCode": "VALIDATION", "errorMessage": message})


@of_gate("query parameters that the API does not document are left open")
def refuses_unknown_parameters(asked: Asked) -> Answer | None:
    """A query parameter that is not documented, or is there twice, gets 400."""
    names = [name for name, _ in asked.query]
    known = _PARAMETERS.get(asked.operation, set())
    odd = len(set(names)) < len(names) or not known.issuperset(names)
    return _refused(400, "unknown parameter") if asked.operation and odd else None


def _length(asked: Asked) -> int:
    return int(asked.headers.get("content-length", "0"))


@of_gate("the body of a request that takes none is left open")
def refuses_bodies_where_none_is_due(asked: Asked) -> Answer | None:
    """A body where none is documented gets 400."""
    takes = asked.operation in ("createWorkflow", "runWorkflow", "sendEvent", "")
    return None if takes or not _length(asked) else _refused(400, "no body is due")


@of_gate("a body is application/json: another media type says that it is something else")
def refuses_other_media_types(asked: Asked) -> Answer | None:
    """A body of another media type than application/json gets 415."""
    declared = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    wrong = asked.operation and _length(asked) and declared != "application/json"
    return _refused(415, "application/json is due") if wrong else None


@of_gate("content negotiation (RFC 9110, 12.5.1): a client says what it accepts")
def needs_accept(asked: Asked) -> Answer | None:
    """A request that does not accept application/json gets 406."""
    accepted = asked.headers.get("accept", "")
    return None if "application/json" in accepted or "*/*" in accepted else _refused(406, "not acceptable")


@of_gate("gateways refuse clients that do not say who they are; 403 is exempt")
def needs_a_user_agent(asked: Asked) -> Answer | None:
    """A request without User-Agent gets 403."""
    return None if asked.headers.get("user-agent") else Answer(403, list(_HTML), body=b"<h1>403 Forbidden</h1>")


def _under_pressure(status: int, share: float, after: str, *headers: tuple[str, str]) -> Freedom:
    def gate(asked: Asked) -> Answer | None:
        if not asked.operation or asked.chance.random() >= share:
            return None
        moment = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
        retry = moment if after == "date" else after
        return Answer(status, [*headers, ("retry-after", retry)], body=b"slow down\n")

    return Freedom(
        f"{status}-with-a-{'date' if after == 'date' else 'number'}",
        f"One request in {round(1 / share)} is not carried out, and gets {status} with Retry-After as {after}.",
        _WAIT,
        "pressure",
        gate=gate,
    )


FREEDOMS: tuple[Freedom, ...] = (
    ignores_a_last_slash,
    redirects_a_last_slash,
    redirects_double_slashes,
    paths_in_any_case,
    refuses_large_bodies_unread,
    wants_lengths,
    refuses_unknown_parameters,
    refuses_bodies_where_none_is_due,
    refuses_other_media_types,
    needs_accept,
    needs_a_user_agent,
    _under_pressure(429, 0.01, "1", ("content-type", "text/plain")),
    _under_pressure(429, 0.01, "date"),
    _under_pressure(503, 0.005, "1", ("content-type", "text/html")),
    _under_pressure(503, 0.005, "date", ("content-type", "application/json")),
)
