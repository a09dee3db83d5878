"""The HTML report in a real browser: opening, filtering, permalinks, copying, keyboard, print."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from conformance.reports.html.view import MAX_LISTED
from conformance.reports.rerun import rerun_command
from conformance.results.compare import compare
from conformance.results.model import Replays
from tests.browser.conftest import OpenReport
from tests.reports.sample import clean, crowded, sample, swallowed, undocumented

pytestmark = pytest.mark.system

SHOWN_ROWS = "tr.item:not([hidden])"


def test_a_clean_report_says_so(open_report: OpenReport) -> None:
    page = open_report(clean())
    expect(page.get_by_role("heading", level=2).first).to_have_text("Conformant")
    expect(page.get_by_text("No findings.")).to_be_visible()


def test_a_finding_shows_its_evidence(open_report: OpenReport) -> None:
    page = open_report(sample())
    first = page.locator("article.finding").first
    expect(first.get_by_role("heading", level=3)).to_contain_text("still running")
    expect(first.get_by_role("img", name="never seen terminated")).to_be_visible()
    expect(first.locator("pre mark").first).to_have_text('"terminated": false')


def test_steps_that_are_played_at_the_same_time_are_indented(open_report: OpenReport) -> None:
    whole = sample()
    steps = ["at the same time:", "  cancel i1", "read i1"]
    findings = [replace(whole.findings[0], script=steps), *whole.findings[1:]]
    lines = open_report(replace(whole, findings=findings)).locator("ol.script").first.locator("code")
    expect(lines).to_have_count(3)
    assert lines.nth(1).inner_text() == "  cancel i1", "as it is laid out"


def test_filters_live_in_the_address(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.get_by_label("Outcome", exact=True).select_option("failed")
    page.get_by_label("Level", exact=True).select_option("MUST")
    expect(page.locator(SHOWN_ROWS)).to_have_count(3)
    expect(page.get_by_role("status")).to_have_text("Shown: 1 of 3 findings, 3 of 21 requirements.")
    address = page.evaluate("location.hash")
    assert address == "#?outcome=failed&level=MUST"
    page.reload()
    expect(page.locator(SHOWN_ROWS)).to_have_count(3)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(SHOWN_ROWS)).to_have_count(21)
    assert page.evaluate("location.hash") == ""


def test_search_and_group_and_operation(open_report: OpenReport) -> None:
    page = open_report(sample(), "#?q=LISTED+exactly&group=run")
    expect(page.locator(SHOWN_ROWS)).to_have_count(1)
    expect(page.get_by_label("Search", exact=True)).to_have_value("LISTED exactly")
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Operation", exact=True).select_option("cancelEvent")
    expect(page.locator("article.finding:not([hidden])")).to_have_count(1)


def test_a_count_leads_to_what_it_counts(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.get_by_role("link", name="1 SHOULD requirements inconclusive: show them").click()
    expect(page.locator(SHOWN_ROWS)).to_have_count(1)
    expect(page.locator(SHOWN_ROWS)).to_contain_text("cancel.error")


@pytest.mark.parametrize("fragment", ["#finding-F3", "#requirement-cancel.terminates"])
def test_permalinks_lead_to_their_element(open_report: OpenReport, fragment: str) -> None:
    page = open_report(sample(), fragment)
    expect(page.locator(f"[id='{fragment[1:]}']")).to_be_in_viewport()


def test_a_permalink_to_something_filtered_out_shows_it(open_report: OpenReport) -> None:
    page = open_report(sample(), "#?outcome=passed")
    page.evaluate("location.hash = '#finding-F1'")
    expect(page.locator("#finding-F1")).to_be_in_viewport()


def test_the_reproduction_can_be_copied(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy curl").first
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == sample().findings[0].curl


def test_the_keyboard_reaches_everything(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the verdict")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    evidence = page.locator("#finding-F1 details.evidence")
    evidence.locator("> summary").focus()
    page.keyboard.press("Enter")
    expect(evidence).not_to_have_attribute("open", "")
    page.get_by_label("Outcome", exact=True).focus()
    page.keyboard.type("fai")
    expect(page.locator(SHOWN_ROWS)).to_have_count(4)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_narrow_screen_never_scrolls_sideways(open_report: OpenReport, width: int) -> None:
    open_report.page.set_viewport_size({"width": width, "height": 800})
    why = "each case of an SDK run stands for itself; the same seed plays it again"
    once = replace(undocumented(), replays=Replays(), seen=514, not_replayed=why)
    page = open_report(sample([swallowed(), once]), comparison=compare(clean(), sample()))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_printing_opens_the_evidence_and_hides_the_controls(open_report: OpenReport) -> None:
    page = open_report(crowded(5))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#finding-F5 details.evidence")).to_have_attribute("open", "")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#finding-F5 details.evidence")).not_to_have_attribute("open", "")


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_folded_is_printed_all_the_same(open_report: OpenReport, scripts: bool) -> None:
    browser = open_report.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=scripts)
    page = OpenReport(context.new_page(), open_report.directory)(sample())
    body = page.locator("#finding-F1 details.exchange:not(.offending) pre").first
    expect(body).to_be_hidden()
    page.emulate_media(media="print")
    expect(body).to_be_visible()
    context.close()


def test_what_is_filtered_out_is_not_printed_and_it_is_said(open_report: OpenReport) -> None:
    page = open_report(sample(), "#?outcome=failed&level=MUST")
    page.emulate_media(media="print")
    expect(page.get_by_label("Search", exact=True)).to_be_hidden()
    expect(page.get_by_text("Shown: 1 of 3 findings")).to_be_visible()


def test_a_slash_leads_to_the_search(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.keyboard.press("/")
    expect(page.get_by_label("Search", exact=True)).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Search", exact=True)).to_have_value("a/b")


def test_the_run_can_be_repeated_by_copying(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Run it again").click()
    assert page.evaluate("navigator.clipboard.readText()") == rerun_command(sample())


def test_what_was_first_violated_leads_to_its_requirement(open_report: OpenReport) -> None:
    page = open_report(sample())
    page.locator("#activity summary").click()
    page.locator("#activity .firsts a").first.click()
    expect(page.locator("[id='requirement-cancel.terminates']")).to_be_in_viewport()


def test_a_comparison_is_a_section(open_report: OpenReport) -> None:
    page = open_report(sample(), comparison=compare(clean(), sample()))
    section = page.get_by_role("region", name="Compared with the previous run")
    expect(section.locator(".c-new").first).to_have_text("4 new")


def test_it_works_without_scripts(open_report: OpenReport) -> None:
    browser = open_report.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = OpenReport(context.new_page(), open_report.directory)(sample())
    expect(page.locator("article.finding")).to_have_count(3)
    context.close()


def test_very_many_findings_are_bounded_and_it_is_said(open_report: OpenReport) -> None:
    page = open_report(crowded(MAX_LISTED + 7))
    expect(page.locator("#findings .item")).to_have_count(MAX_LISTED)
    expect(page.get_by_text("Left out here: 7 further findings; results.json has them all.")).to_be_visible()
    page.get_by_label("Search", exact=True).fill("case 4321:")
    expect(page.locator("#findings .item:not([hidden])")).to_have_count(1)


def test_very_many_exchanges_are_bounded_and_it_is_said(open_report: OpenReport) -> None:
    page = open_report(crowded(1, exchanges=50_000))
    expect(page.locator("details.exchange")).to_have_count(40)
    expect(page.get_by_text("49,960 exchanges left out here; results.json has them all.")).to_be_visible()
    expect(page.get_by_text("The last 49,920 exchanges are not drawn.")).to_be_visible()
