"""Text that acts when it is not shown as text, and results in which everything that a target can influence holds it."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.results.model import Mark, Results
from tests.reports.sample import sample, swallowed

BIDI = "right\u202eto left\u2066 and \u200bhidden"
SURROGATE = "lone \ud800 surrogate"
HOSTILE = [
    "<script>window.hit = 1</script>",
    "</script><img src=x onerror='window.hit = 1'>",
    "</style><svg onload='window.hit = 1'>",
    "\"' onmouseover='window.hit = 1' x='",
    "javascript:window.hit=1",
    "{{ 7 * 7 }}{% raw %}",
    BIDI,
    SURROGATE,
    "bell \x07 and \x1b[31mred",
]


def poisoned(text: str) -> Results:
    """Results in which everything that a target can influence holds the text."""
    finding = swallowed()
    records = [
        replace(
            record,
            url=f"http://h/{text}",
            client=text,
            request_body=text,
            response_headers=[[text, text]],
            response_body=json.dumps({text: [text]}) if record.index % 2 else text,
        )
        for record in finding.exchanges
    ]
    poison = replace(
        finding,
        operations=[text],
        expected=text,
        observed=text,
        script=[text],
        exchanges=records,
        marks=[Mark(1, f"/{text}"), Mark(2)],
        curl=text,
        python=text,
        known={"requirement": text, "reason": text, "link": text},
    )
    base = sample([poison, replace(poison, id=text, known=None)])
    return replace(
        base,
        target={"name": text, "version": text, text: {text: text}},
        leftovers=[text],
        errors=[text],
        stale=[{"requirement": text, "why": text}],
        requirements=[replace(item, reason=text) for item in base.requirements],
    )
