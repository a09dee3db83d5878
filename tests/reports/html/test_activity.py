"""The picture of a run over time, its axis, and the bar of shares."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest

from conformance.reports.html.activity import described, draw_activity, firsts
from conformance.reports.html.axis import clock, ticks
from conformance.reports.html.page import render_html
from conformance.reports.html.shares import draw_shares
from conformance.reports.text import outcome_counts
from conformance.results.model import Activity
from tests.reports.sample import sample

RUN = Activity(
    bin_s=1.0,
    exchanges=[5, 40, 38, 41, 39, 40, 0, 0],
    violations=[0, 3, 0, 0, 0, 0, 0, 0],
    first_violated={"cancel.terminates": 1.5, "<b>": 1.2},
    found={"F1": 7.0},
    phases=[("exploring", 0.2), ("confirming and minimising", 6.0)],
)


def test_it_draws_what_happened_when() -> None:
    drawn = Xml.fromstring(str(draw_activity(RUN)))
    texts = [element.text for element in drawn.iter("text")]
    assert {"exchanges", "violations", "203 in all", "3 in all", "exploring"} <= set(texts)
    assert len([rect for rect in drawn.iter("rect") if rect.get("class") == "exchanges"]) == 6
    titles = [element.text for element in drawn.iter("title")]
    assert "cancel.terminates: first seen violated after 1.5 s" in titles
    assert "<b>: first seen violated after 1.2 s" in titles


def test_it_draws_the_load_where_it_is_known() -> None:
    load = replace(
        RUN,
        runs_finished=[1, 2, 2, 3, 2, 2, 0, 0],
        runs_in_flight=[1.5, 2, 2, 2, 2, 2, 0.5, 0],
        settle_s=[0.2, 3.4, 3.5, 4.0, 3.5, 3.4, 3.4, 3.4],
    )
    drawn = Xml.fromstring(str(draw_activity(load)))
    texts = [element.text for element in drawn.iter("text")]
    assert {"run requests", "12 with replays", "settle time", "at most 4 s"} <= set(texts)
    assert len([rect for rect in drawn.iter("rect") if rect.get("class") == "run-requests"]) == 6
    titles = [element.text for element in drawn.iter("title")]
    assert {"runs in flight, at most 2", "settle time, at most 4 s"} <= set(titles)


def test_it_says_whether_a_longer_run_may_find_more() -> None:
    assert "nothing new in the last 4 s of traffic" in draw_activity(RUN)
    assert "nothing new" not in draw_activity(replace(RUN, first_violated={"a": 1.0, "b": 4.5}))
    assert "nothing new" not in draw_activity(replace(RUN, first_violated={}))


def test_it_is_told_in_words() -> None:
    assert described(RUN) == "203 exchanges in 8 s, and 3 violations of 2 requirements."
    assert described(replace(RUN, first_violated={})) == "203 exchanges in 8 s, and no violation."
    assert firsts(RUN) == [("<b>", "1.2 s"), ("cancel.terminates", "1.5 s")]


def test_nothing_is_drawn_of_what_is_not_known() -> None:
    assert draw_activity(None) == ""
    assert draw_activity(Activity(1.0, [0], [0])) == ""
    assert 'id="activity"' not in render_html(replace(sample(), activity=None))
    assert 'id="activity"' in render_html(replace(sample(), activity=RUN))


@pytest.mark.parametrize(
    ("span", "shown"),
    [(9.0, ["0 ms", "2 ms", "4 ms", "6 ms", "8 ms"]), (439.0, ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms"])],
)
def test_ticks_are_round(span: float, shown: list[str]) -> None:
    assert [clock(tick) for tick in ticks(span)] == shown


def test_long_spans_are_told_in_longer_units() -> None:
    assert [clock(ms) for ms in (0, 999, 2500, 180_000, 7_200_000)] == ["0 ms", "999 ms", "2.5 s", "3 min", "2 h"]
    assert ticks(0) == [0.0]
    assert len(ticks(10 * 3_600_000)) <= 7


def test_shares_are_drawn_worst_first() -> None:
    drawn = Xml.fromstring(str(draw_shares(outcome_counts(sample().requirements))))
    classes = [rect.get("class") for rect in drawn.iter("rect")]
    assert (classes[0], classes[-2:]) == ("b-failed", ["b-passed", "b-not_applicable"])
    assert sum(float(rect.get("width", 0)) for rect in drawn.iter("rect")) < 600
    assert draw_shares(outcome_counts([])) == ""
