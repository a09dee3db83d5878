"""Secrets by their values: wherever one turns up, in whatever a server sends or says, it is replaced."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from conformance.wire.redaction import REDACTED

_LEAST, _LEAST_WITH_DIGITS = 16, 10
# What is shorter, or a plain word, may stand in any answer, and replacing it would change what is judged.


class Secrets:
    """Values that are shown nowhere; ones that are too short to be distinguished from other text are left alone."""

    def __init__(self, values: Iterable[str | None] = ()) -> None:
        self._values: set[str] = set()
        self._forms: tuple[tuple[str, bytes], ...] = ()
        for value in values:
            self.add(value)

    def add(self, value: str | None) -> None:
        """Keep a value from being shown, also as URLs, JSON and Basic authentication write it."""
        if value is None or value in self._values:
            return
        least = _LEAST_WITH_DIGITS if any(map(str.isdigit, value)) else _LEAST
        if len(value) < least:
            return
        if self is not KNOWN:
            KNOWN.add(value)
        encoded = base64.b64encode(value.encode("utf-8", "replace")).decode("ascii").rstrip("=")
        self._values.add(value)
        written = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], encoded}
        forms = {*self._forms, *((form, form.encode("utf-8", "replace")) for form in written)}
        # The longest first: one secret may be a part of another.
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form[0]), form)))

    def mask_bytes(self, data: bytes) -> bytes:
        """The data with every secret replaced."""
        for _, form in self._forms:
            if form in data:
                data = data.replace(form, REDACTED.encode("ascii"))
        return data

    def mask(self, text: str) -> str:
        """The text with every secret replaced."""
        for form, _ in self._forms:
            if form in text:
                text = text.replace(form, REDACTED)
        return text


KNOWN = Secrets()
"""Every secret that this process has come to know, for texts that nobody foresaw, such as those of its own crashes."""
