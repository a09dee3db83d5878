"""Bodies with the offending part marked."""

from __future__ import annotations

import json
import re

import pytest
from markupsafe import Markup

from conformance.reports.html.marked_json import BODY_LIMIT, render_body, resolved

BODY = json.dumps({"data": [{"a/b": 1, "big": 10**30}, {"name": "<b>", "umlaut": "ü", "long": "x" * 80}]})


def marked(html: Markup) -> list[str]:
    return [Markup(found).unescape() for found in re.findall(r"<mark[^>]*>(.*?)</mark>", html, re.DOTALL)]


@pytest.mark.parametrize(
    ("pointer", "part"),
    [
        ("/data/0/a~1b", '"a/b": 1'),
        ("/data/0/big", '"big": 1' + "0" * 30),
        ("/data/1/name", '"name": "<b>"'),
        ("/data/1/umlaut", '"umlaut": "ü"'),
        ("/data/0/missing", '{"a/b":1,'),
    ],
)
def test_the_part_that_a_pointer_names_is_marked(pointer: str, part: str) -> None:
    found = marked(render_body(BODY, [pointer]))
    assert len(found) == 1
    assert found[0].startswith(part)


def test_several_parts_and_the_whole() -> None:
    assert len(marked(render_body(BODY, ["/data/0/big", "/data/1/name"]))) == 2
    assert json.loads(marked(render_body(BODY, [""]))[0]) == json.loads(BODY)
    assert json.loads(render_body(BODY, []).unescape()) == json.loads(BODY)


def test_a_pointer_that_leads_nowhere_stops_at_the_nearest_part() -> None:
    assert resolved({"a": [{"b": 1}]}, "/a/0/c/d") == ("a", "0")
    assert resolved({"a": [1]}, "/a/-1") == ("a",)
    assert resolved(3, "") == ()


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert render_body("<html>\x00", []) == "&lt;html&gt;‹U+0000›"
    assert render_body("oops", ["/x"]) == '<mark title="the offending part">oops</mark>'
    assert render_body(None, []) == ""


def test_what_is_marked_survives_the_cut() -> None:
    body = json.dumps({"filler": ["y" * 50] * 400, "wrong": 7})
    html = render_body(body, ["/wrong"])
    assert marked(html) == ['"wrong": 7']
    assert "characters more)" in html
    assert len(html) < BODY_LIMIT * 2


def test_what_is_marked_far_inside_a_long_list_is_shown_with_its_neighbours() -> None:
    body = json.dumps({"data": [{"id": f"w{number}", "filler": "y" * 300} for number in range(200)], "more": True})
    html = render_body(body, ["/data/150/id"])
    assert marked(html) == ['"id": "w150"']
    assert re.findall(r'"id": "(w\d+)"', html.unescape()) == ["w0", "w1", "w148", "w149", "w150", "w151", "w152"]
    assert "… (cut: 146 more)" in html
    assert "… (cut: 47 more)" in html
    assert '"more": true' in html.unescape()


def test_deep_nesting_does_no_harm() -> None:
    assert render_body("[" * 900 + "]" * 900, []).startswith("[")
