"""What exchanges show of instances, and its picture."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as Xml

from conformance.reports.html.instance_timelines import shown_instances
from conformance.reports.html.timeline import MAX_EXCHANGES, draw_timeline
from conformance.results.model import ExchangeRecord
from tests.reports.sample import INSTANCE, swallowed_exchanges


def ended_exchanges() -> list[ExchangeRecord]:
    """The same exchanges, but that the last read shows the instance terminated."""
    records = swallowed_exchanges()
    body = json.loads(records[10].response_body or "")
    body["data"] |= {"terminated": True}
    body["data"]["status"][0] |= {"terminatedAt": "2026-11-23T22:46:40Z", "error": "cancelled"}
    records[10] = replace(records[10], response_body=json.dumps(body))
    return records


def test_a_swallowed_cancellation_leaves_a_stage_open() -> None:
    (shown_instance,) = shown_instances(swallowed_exchanges())
    assert (shown_instance.id, shown_instance.since, shown_instance.until) == (INSTANCE, 232, None)
    assert [(bar.label, bar.since, bar.until) for bar in shown_instance.bars.values()] == [
        ("wait_event approved", 330, None)
    ]
    assert [(action.kind, action.at, action.exchange) for action in shown_instance.actions] == [("cancel", 470, 5)]


def test_an_end_is_drawn_where_it_was_seen() -> None:
    (shown_instance,) = shown_instances(ended_exchanges())
    assert shown_instance.until == 1741
    assert [(bar.until, bar.failed) for bar in shown_instance.bars.values()] == [(1741, True)]


def test_history_alone_tells_of_stages() -> None:
    (shown_instance,) = shown_instances([swallowed_exchanges()[4]])
    assert [bar.label for bar in shown_instance.bars.values()] == ["wait_event"]


def test_a_list_tells_of_the_instances_that_are_known() -> None:
    records = swallowed_exchanges()
    listed = [{"id": INSTANCE, "terminated": True}, {"id": "another", "terminated": False}]
    records[11] = replace(records[11], response_body=json.dumps({"data": listed}))
    (shown_instance,) = shown_instances(records)
    assert shown_instance.until == 1771


def test_odd_bodies_do_no_harm() -> None:
    bodies = ["", "[]", '{"data":3}', '{"data":{"status":[3,{"stage":"x"}],"workflow":7}}', '{"data":[null]}', "{"]
    records = [replace(record, response_body=body) for record in swallowed_exchanges() for body in bodies]
    assert draw_timeline(records)


def test_the_picture_is_well_formed_and_tells_itself() -> None:
    svg = Xml.fromstring(draw_timeline(swallowed_exchanges(), [10]))
    assert "never seen terminated, after cancel at 470 ms" in svg.attrib["aria-label"]
    classes = [element.attrib.get("class", "") for element in svg.iter()]
    assert (classes.count("lane"), classes.count("flag"), classes.count("bar open")) == (3, 1, 1)
    assert "seen terminated at 1741 ms" in draw_timeline(ended_exchanges())


def test_hostile_names_are_escaped() -> None:
    records = [replace(record, client="</svg><script>") for record in swallowed_exchanges()]
    svg = draw_timeline(records)
    assert "<script" not in svg
    assert Xml.fromstring(svg) is not None


def test_it_is_bounded() -> None:
    records = swallowed_exchanges() * 50
    many = [replace(record, client=str(number)) for number, record in enumerate(records)]
    assert len(draw_timeline(many)) < 40_000
    assert draw_timeline(records).count("<title>") <= MAX_EXCHANGES + 8
    assert draw_timeline([]) == ""
