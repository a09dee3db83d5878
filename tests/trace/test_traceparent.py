"""The id of the trace that a request belongs to."""

from __future__ import annotations

from conformance.trace.traceparent import new_traceparent, trace_id_of


def test_the_trace_id_is_told_from_the_header() -> None:
    sent = new_traceparent()
    assert trace_id_of([["Traceparent", sent]]) == sent.split("-")[1]
    assert len(sent.split("-")[1]) == 32
    assert trace_id_of([["traceparent", "rubbish"]]) is None
    assert trace_id_of([]) is None
    assert new_traceparent() != sent
