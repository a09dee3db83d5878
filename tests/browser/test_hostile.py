"""Text that a target sends is shown as text, and never runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from conformance.results.compare import compare
from conformance.results.model import Mark, Results
from tests.browser.conftest import OpenReport
from tests.reports.sample import clean, sample, swallowed

pytestmark = pytest.mark.system

HOSTILE = [
    "<script>window.hit = 1</script>",
    "</script><img src=x onerror='window.hit = 1'>",
    "</style><svg onload='window.hit = 1'>",
    "\"' onmouseover='window.hit = 1' x='",
    "javascript:window.hit=1",
    "{{ 7 * 7 }}{% raw %}",
    "right\u202eto left\u2066 and \u200bhidden",
    "lone \ud800 surrogate",
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


@pytest.mark.parametrize("text", HOSTILE)
def test_it_never_runs(open_report: OpenReport, text: str) -> None:
    page = open_report(poisoned(text), comparison=compare(clean(), poisoned(text)))
    page.mouse.move(300, 300)
    page.get_by_label("Search", exact=True).fill("window")
    assert page.evaluate("window.hit") is None
    assert page.locator("main img, main script, main a[href^='javascript:']").count() == 0


def test_markup_is_shown_as_it_was_sent(open_report: OpenReport) -> None:
    page = open_report(poisoned(HOSTILE[0]))
    expect(page.locator("#finding-F1 .observed p")).to_have_text(HOSTILE[0])


@pytest.mark.parametrize(
    ("text", "shown"),
    [(HOSTILE[6], "right‹U+202E›to left‹U+2066› and ‹U+200B›hidden"), (HOSTILE[7], "lone ‹U+D800› surrogate")],
)
def test_what_would_act_is_named(open_report: OpenReport, text: str, shown: str) -> None:
    page = open_report(poisoned(text))
    expect(page.locator("#finding-F1 .observed p")).to_have_text(shown)
    body = page.content()
    assert not any(character in body for character in "\u202e\u2066\u200b\ud800")


def test_a_megabyte_is_cut_and_it_is_said(open_report: OpenReport) -> None:
    page = open_report(poisoned("A" * 1_000_000))
    expect(page.locator("#finding-F1 .observed p")).to_contain_text("(cut: 1,000,000 characters in all)")
    assert len(page.content()) < 1_000_000
