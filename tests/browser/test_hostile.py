"""Text that a target sends is shown as text, and never runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from conformance.results.compare import compare
from tests.browser.conftest import OpenReport
from tests.reports.hostile import BIDI, HOSTILE, SURROGATE, poisoned
from tests.reports.sample import clean

pytestmark = pytest.mark.system


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
    [(BIDI, "right‹U+202E›to left‹U+2066› and ‹U+200B›hidden"), (SURROGATE, "lone ‹U+D800› surrogate")],
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
