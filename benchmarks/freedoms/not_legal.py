"""What looks like a freedom and is none: here the API says one thing only."""

from __future__ import annotations

from collections.abc import Mapping

NOT_LEGAL: Mapping[str, str] = {
    "null for an absent field": "no field is nullable in the schemas (envelope.schema)",
    "terminatedAt while something is open, or a zero time there": "there exactly when terminated (run.terminated-at)",
    "a configuration without a name, where none was sent": 'name "" is given back (workflow.create-echo)',
    "defaults filled into a configuration, keys or texts normalised there": "the very config sent",
    "amounts written as 1.0 or 1e2": "they come back digit for digit (workflow.exact-numbers)",
    "attempt written as 1.0": "an integer, which some readers take for none; no server was ever seen to do it",
    "other fields in answers, in _info or in errors": "only documented fields (envelope.documented-fields, SHOULD)",
    "application/problem+json": "a success and an Error are application/json",
    "a byte order mark before JSON": "RFC 8259 forbids it to whoever writes",
    "a blank for the T of a time, a comma in it, no zone": "not in the grammar of RFC 3339",
    "milliseconds in one view and microseconds in another": "later reads are within 1 µs of earlier ones",
    "updatedAt moved by each read": "a listed element equals its single read (list.agrees)",
    "reads from replicas with different lag": "of two reads of one view the later never goes back (stage.monotone)",
    "a clock that goes back": "createdAt ≤ updatedAt, startedAt ≤ terminatedAt (envelope.time-order)",
    "404 for an event of another name while a stage waits": "never 404 while a stage is open (event.live-known)",
    "404 or loss of an event right after history showed the stage": "it ends that stage (event.matching)",
    "400 for long names, or for many stages": "a valid config gets 201 (workflow.create-echo)",
    "404 or 501 for another method on a known path": "405 (envelope.method-not-allowed, SHOULD)",
    "HTML for a 404, or for a 400 of the API's own": "an Error as application/json (envelope.error-shape)",
    "an empty output of CreateTransaction": "input and output hold one key, the activity's name",
    "503 without Retry-After": "no request gets a 5xx (envelope.no-5xx)",
    "an empty list for the history of an unknown instance": "404 NOT_FOUND (history.unknown-instance)",
    "a body in a 204": "it has none (envelope.no-content)",
}
"""By what a server might do: why it may not."""
