"""The W3C trace context of a request: its id leads the operators of the server to their own logs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence

HEADER = "traceparent"
TRACE_ID = "{trace_id}"
"""What stands for the id in the URL of a trace."""

_VALUE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def new_traceparent() -> str:
    """The header's value for a new, sampled trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id_of(headers: Iterable[Sequence[str]]) -> str | None:
    """The id in a request's headers, pairs of name and value; None without one."""
    value = next((pair[1] for pair in headers if pair[0].lower() == HEADER), "")
    found = _VALUE.fullmatch(value)
    return found[1] if found else None
