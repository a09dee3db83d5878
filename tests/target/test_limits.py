from __future__ import annotations

import pytest

from conformance.target.lag import LoopLag
from conformance.target.limits import retry_after_s
from conformance.trace import Response


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "3", 3.0),
        (429, "0", 0.0),
        (200, "3", None),
        (503, None, None),
        (503, "soon", None),
        (503, "Thu, 01 Jan 1970 00:01:00 GMT", 50.0),
        (503, "Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
    ],
)
def test_retry_after(status: int, value: str | None, seconds: float | None) -> None:
    headers = (("retry-after", value),) if value is not None else ()
    assert retry_after_s(Response(status, headers), now=10.0) == seconds


def test_the_worst_lag_of_a_window() -> None:
    lag = LoopLag()
    for at, late in ((10, 1), (20, 9), (30, 4)):
        lag.note(at, late)
    assert lag.worst_ns((25, 40)) == 4
    assert lag.worst_ns((0, 15)) == 9
    assert lag.worst_ns((50, 60)) == 0
