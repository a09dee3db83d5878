"""Text that a target sends adds nothing to a report but itself; tests/browser sees that it never runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from conformance.reports.html.page import render_html, write_html
from conformance.reports.junit import write_junit
from tests.reports.hostile import BIDI, HOSTILE, SURROGATE, poisoned

LONG = "A" * 1_000_000
TEXTS = pytest.mark.parametrize("text", [*HOSTILE, "]]>", LONG], ids=lambda text: ascii(text[:12]))


class _Elements(HTMLParser):
    """The elements of a page: the tags, the names of attributes, and every address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name in {"href", "src"}}


@TEXTS
def test_it_adds_no_element_attribute_or_address(text: str) -> None:
    harmless, found = _Elements(render_html(poisoned("harmless"))), _Elements(render_html(poisoned(text)))
    assert found.tags <= harmless.tags
    assert found.attributes <= harmless.attributes
    assert not [address for address in found.addresses if not address.startswith(("#", "data:,"))]


@pytest.mark.parametrize("text", [BIDI, SURROGATE], ids=["bidi", "surrogate"])
def test_what_would_act_is_named_and_the_file_is_utf_8(text: str, tmp_path: Path) -> None:
    page = write_html(poisoned(text), tmp_path / "report.html").read_bytes().decode("utf-8")
    assert not re.search("[\u202e\u2066\u200b\ud800]", page)
    assert "‹U+" in page


def test_a_megabyte_is_cut_and_it_is_said() -> None:
    page = render_html(poisoned(LONG))
    assert "(cut: 1,000,000 characters in all)" in page
    assert len(page) < 1_000_000


@TEXTS
def test_junit_stays_valid_and_small(text: str, tmp_path: Path) -> None:
    path = write_junit(poisoned(text), tmp_path / "junit.xml")
    assert Xml.parse(path).getroot().tag == "testsuites"
    assert path.stat().st_size < 1_500_000
