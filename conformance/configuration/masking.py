"""Values of options for people: every secret is masked."""

from __future__ import annotations

from typing import Any

from conformance.configuration.table.option import Option
from conformance.wire.redaction import REDACTED, mask_url


def shown(option: Option, value: Any) -> str:
    """A value for people: of a header the name only, of a URL neither user and password nor its query."""
    if option.secret:
        return REDACTED
    texts = value if isinstance(value, list | tuple) else [value]
    return ", ".join(_shown(option, each) for each in texts)


def _shown(option: Option, value: Any) -> str:
    if option.kind == "header":
        return f"{value.partition(':')[0].strip()}: {REDACTED}" if ":" in value else REDACTED
    if isinstance(value, bool):
        return "yes" if value else "no"
    return mask_url(str(value))
