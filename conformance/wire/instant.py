"""Instants (RFC 3339, nanoseconds kept) and durations as the API writes them ("1s", "1m30s")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
MICROSECOND = 1_000

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_LONGEST = len("2006-01-02T15:04:05.999999999999+00:00")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {
    "ns": 1,
    "us": MICROSECOND,
    "µs": MICROSECOND,
    "μs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
# The longest that common implementations write is a third of that.
_LONGEST_DURATION = 100
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A point in time: nanoseconds since 1970 UTC; ``digits`` of the second's fraction that were written (0 to 9)."""

    ns: int
    digits: int = 9

    @property
    def granularity(self) -> int:
        """The size in ns of the last digit written: 1 for nanoseconds, 10**9 for whole seconds."""
        return int(10 ** (9 - min(self.digits, 9)))

    def isoformat(self, zone: int = 0) -> str:
        """RFC 3339 with as many digits of the second's fraction as were written, in a zone (minutes east of UTC)."""
        seconds, fraction = divmod(self.ns, SECOND)
        moment = _EPOCH + timedelta(seconds=seconds, minutes=zone)
        hours, minutes = divmod(abs(zone), 60)
        offset = f"{'-' if zone < 0 else '+'}{hours:02d}:{minutes:02d}" if zone else "Z"
        digits = f".{fraction:09d}"[: self.digits + 1] if self.digits else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{digits}{offset}"


def parse_instant(text: object) -> Instant | None:
    """Read an RFC 3339 date-time; None for anything else (leap seconds read as the following second)."""
    return _read(text) if isinstance(text, str) and len(text) <= _LONGEST else None


# A trace tells the same moments again and again.
@lru_cache(1 << 14)
def _read(text: str) -> Instant | None:
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, off_hours, off_minutes = match.groups()[6:]
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    offset = (int(off_hours) * 60 + int(off_minutes)) * (-1 if sign == "-" else 1) if sign else 0
    seconds = (moment - _EPOCH) // timedelta(seconds=1) + (second - min(second, 59)) - offset * 60
    digits = fraction or ""
    return Instant(seconds * SECOND + int(digits[:9].ljust(9, "0")), min(len(digits), 9))


def parse_duration(text: object) -> int | None:
    """Nanoseconds of a duration such as "1s", "1.5s", "250ms", "1m30s" or "0"; None for any other text."""
    if text == "0":
        return 0
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_DURATION or _DURATION.sub("", text):
        return None
    return sum(int(Decimal(number) * _UNITS[unit]) for number, unit in _DURATION.findall(text))
