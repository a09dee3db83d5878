"""Durations and date-times as stage parameters write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from conformance.reference.engine.clock import MICROSECOND, MILLISECOND, SECOND

_UNITS = {"ns": 1, "us": MICROSECOND, "µs": MICROSECOND, "μs": MICROSECOND, "ms": MILLISECOND, "s": SECOND}
_UNITS |= {"m": 60 * SECOND, "h": 3600 * SECOND}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Durations are signed 64-bit nanoseconds, as in most servers of this API.
_LONGEST = 2**63 - 1
_LONGEST_TEXT = 200


def duration(text: str) -> int | None:
    """Nanoseconds of "1s", "1m30s", "1.5h"; None when the text is no duration or exceeds 64 bits."""
    unsigned = text[1:] if text[:1] in {"-", "+"} else text
    if unsigned == "0":
        return 0
    if not unsigned or len(unsigned) > _LONGEST_TEXT or _PART.sub("", unsigned):
        return None
    total = int(sum(Decimal(number) * _UNITS[unit] for number, unit in _PART.findall(unsigned)))
    return (-total if text.startswith("-") else total) if total <= _LONGEST else None


def date_time(text: str) -> int | None:
    """Nanoseconds since 1970 of an RFC 3339 date-time, rounded up beyond nine digits; None for any other text."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if second > 60:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    whole = (moment - _EPOCH) // timedelta(seconds=1) + (second - min(second, 59)) - _offset(match)
    return whole * SECOND + _fraction(match[7] or "")


def _offset(match: re.Match[str]) -> int:
    if match[8] is None:
        return 0
    seconds = int(match[9]) * 3600 + int(match[10]) * 60
    return -seconds if match[8] == "-" else seconds


def _fraction(digits: str) -> int:
    kept, rest = digits[:9].ljust(9, "0"), digits[9:]
    return int(kept) + (1 if rest.strip("0") else 0)
