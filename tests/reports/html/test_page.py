"""The HTML report as text; tests/browser looks at it as readers do."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from conformance.reports.html.comparison import write_comparison, write_matrix
from conformance.reports.html.page import render_html, slug
from conformance.reports.html.view import MAX_DETAILED, MAX_LISTED, report_view
from conformance.reports.text import one_line
from conformance.results.compare import compare, matrix
from tests.reports.sample import clean, crowded, sample, swallowed


def test_the_policy_allows_just_its_own_style_and_script() -> None:
    html = render_html(sample())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    for tag in ("style", "script"):
        (source,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() in policy[1]
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)


def test_it_answers_in_order() -> None:
    html = render_html(sample(), compare(clean(), sample()))
    places = [
        html.index(f'<section id="{name}"') for name in ("verdict", "findings", "comparison", "requirements", "how")
    ]
    assert places == sorted(places)


def test_a_cut_run_and_stale_entries_are_told() -> None:
    stale = [{"requirement": "run.wait", "why": "the requirement passes now", "operation": "runWorkflow"}]
    html = render_html(replace(clean(), complete=False, stale=stale, errors=["it broke"]))
    for text in (
        "The run was cut before its end.",
        "the requirement passes now",
        "not of the target:</strong> it broke",
    ):
        assert text in html


def test_every_id_is_unique() -> None:
    ids = re.findall(r'\sid="([^"]+)"', render_html(crowded(300), compare(clean(), crowded(300))))
    assert len(ids) == len(set(ids))


def test_the_view_is_bounded() -> None:
    view = report_view(crowded(MAX_LISTED + 3))
    assert len(view.findings) <= MAX_DETAILED
    assert (len(view.findings) + len(view.listed), view.cut) == (MAX_LISTED, 3)
    marked = report_view(crowded(1, exchanges=500)).findings[0]
    assert (len(marked.exchanges), marked.left_out) == (40, 460)


@pytest.mark.parametrize(("name", "expected"), [("run.wait-1a", "run.wait-1a"), ("a b<ü>", "a-b---")])
def test_names_become_ids(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_comparisons_have_pages_of_their_own(tmp_path: Path) -> None:
    page = write_comparison(compare(clean(), sample()), tmp_path / "compare.html").read_text(encoding="utf-8")
    assert "<h1>Something is new</h1>" in page
    assert "cancel.terminates" in page
    page = write_comparison(compare(clean(), clean()), tmp_path / "compare.html").read_text(encoding="utf-8")
    assert "Nothing differs." in page
    page = write_matrix(matrix([clean(), sample()]), tmp_path / "matrix.html").read_text(encoding="utf-8")
    assert "They differ on 9 requirements" in page
    assert page.index("They differ on") < page.index("They agree on")
    assert one_line(swallowed().observed, 160) in unescape(page)


def test_a_reproduction_is_folded_when_long_and_never_shortened() -> None:
    long = "\n".join(f"call - GET /instances/{number}" for number in range(300))
    page = render_html(sample([replace(swallowed(), curl=long)]))
    assert long in page
    assert "<summary>Show its 300 lines</summary>" in page
    assert "Show its" not in render_html(sample())


def test_a_headline_can_be_understood_alone() -> None:
    finding = replace(swallowed(), expected="The instance terminates.", observed="not so after 0.5 s")
    assert "The instance terminates — but not so after 0.5 s</h3>" in render_html(sample([finding]))


def test_the_embedded_server_is_called_by_name() -> None:
    page = render_html(replace(clean(), target={"url": "http://127.0.0.1:4711", "embedded": True}))
    assert "<h1>Embedded reference server</h1>" in page


def test_what_would_play_all_is_shown_as_code() -> None:
    page = render_html(replace(clean(), unreached="Half was played; `--max-time 6m` would play <all>."))
    assert '<p class="note">Half was played; <code>--max-time 6m</code> would play &lt;all&gt;.</p>' in page
