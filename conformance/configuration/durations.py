"""The one parser of durations that a user writes: 400ms, 90s, 15m, 8h, 1d, or a bare number of seconds."""

from __future__ import annotations

import re

LONGEST_S = 7 * 24 * 3600.0
"""No wait of this suite is longer than a week: a longer one is a typing error, and clocks overflow somewhere."""

_FORM = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(ms|s|m|h|d)?", re.ASCII)
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, None: 1.0}


class NoDuration(ValueError):
    """A text is no duration, or one that is too long; ``wanted`` ends the sentence "Give …"."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def seconds_of(text: str) -> float:
    """Seconds of a text such as 400ms, 90s, 15m, 8h, 1d or 90; not negative. Raises NoDuration."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise NoDuration("a duration such as 400ms, 90s, 15m or 8h")
    seconds = float(match[1]) * _UNITS_S[match[2]]
    if seconds > LONGEST_S:
        raise NoDuration(f"at most {LONGEST_S / 3600:g}h")
    return seconds
