"""The rules about creating, reading and listing workflows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.rules import ALL_RULES
from conformance.wire import exact_json
from tests.rules.bodies import NOOP, Stages, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, observe, parameters

BIG = 10**22 + 1


def send(amount: int | Decimal) -> Stages:
    """A stage that sends an amount."""
    account = {"account": {"id": "world"}}
    return [{"send": {"amount": {"asset": "USD/2", "amount": amount}, "source": account, "destination": account}}]


def created(t: TraceBuilder) -> None:
    t.create(NOOP)


def created_with_name(t: TraceBuilder) -> None:
    t.create(NOOP, "order")


def refused_though_valid(t: TraceBuilder) -> None:
    t.create(NOOP, status=400)


def created_with_200(t: TraceBuilder) -> None:
    t.create(NOOP, status=200, answer={"data": {"id": "x"}})


def another_name(t: TraceBuilder) -> None:
    t.create(NOOP, "order", echo={"name": "Order", "stages": NOOP})


def a_stage_lost(t: TraceBuilder) -> None:
    t.create(NOOP * 2, echo={"name": "", "stages": NOOP})


def null_for_no_name(t: TraceBuilder) -> None:
    t.create(NOOP, echo={"name": None, "stages": NOOP})


def an_id_again(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.create(send(1), id=w)


def listed_while_created(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=0, took=10)
    t.workflows([w], at=2)


def open_configuration(t: TraceBuilder) -> None:
    t.create([{"noop": {"extra": 1}}], echo={"name": "", "stages": NOOP})


def asked_to_come_later(t: TraceBuilder) -> None:
    t.create(NOOP, status=503, headers=[("retry-after", "1")], answer=b"")
    t.create(NOOP, status=429)
    t.create(NOOP, status=401)
    t.create(NOOP, failure="timeout")


def big_amount(t: TraceBuilder) -> None:
    w = t.create(send(BIG))
    t.get_workflow(w)


def rounded_amount(t: TraceBuilder) -> None:
    t.create(send(BIG), echo={"name": "", "stages": send(10**22)})


def rounded_when_read(t: TraceBuilder) -> None:
    w = t.create(send(BIG))
    t.get_workflow(w, {"config": {"name": "", "stages": send(10**22)}})


def cut_when_read(t: TraceBuilder) -> None:
    w = t.create(send(BIG))
    t.get_workflow(w, {"config": {"name": "", "stages": []}})


def another_stage_when_read(t: TraceBuilder) -> None:
    w = t.create(send(BIG))
    t.get_workflow(w, {"config": {"name": "", "stages": NOOP}})


def amount_with_a_point(t: TraceBuilder) -> None:
    w = t.create(send(100))
    t.get_workflow(w, {"config": {"name": "", "stages": send(Decimal("100.0"))}})


def number_under_an_unknown_key_when_read(t: TraceBuilder) -> None:
    """Whether a server keeps what it does not know is open, and so is in which form."""
    w = t.create([{"noop": {"extra": BIG}}], echo={"name": "", "stages": NOOP})
    t.get_workflow(w, {"config": {"name": "", "stages": [{"noop": {"extra": 10**22}}]}})


def small_amount(t: TraceBuilder) -> None:
    t.create(send(1))


def read_back(t: TraceBuilder) -> None:
    t.get_workflow(t.create(NOOP))


def read_back_rounded(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=1.2345678)
    t.get_workflow(w, {"createdAt": stamp(1.235, digits=6), "updatedAt": stamp(1.234, digits=6)})


def read_back_in_seconds(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=999)
    t.get_workflow(w, {"createdAt": stamp(0, digits=0)})


def not_found_after_creation(t: TraceBuilder) -> None:
    t.get_workflow(t.create(NOOP), status=404)


def read_as_no_workflow(t: TraceBuilder) -> None:
    for body in (b'{"data":"text"}', b'{"data":[]}', b'{"data":null}'):
        t.get_workflow(t.create(NOOP), answer=body)


def read_with_another_config(t: TraceBuilder) -> None:
    t.get_workflow(t.create(NOOP), {"config": {"name": "", "stages": []}})


def read_with_another_time(t: TraceBuilder) -> None:
    t.get_workflow(t.create(NOOP), {"updatedAt": stamp(0.002)})


def read_with_another_id(t: TraceBuilder) -> None:
    other = t.create(NOOP)
    t.get_workflow(t.create(NOOP), {"id": other})


def not_found_while_created(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=0, took=10)
    t.get_workflow(w, status=404, at=5)


def not_found_while_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, at=5, took=10)
    t.get_workflow(w, status=404, at=8)


def seen_everywhere(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.workflows()
    t.get(i, embed=True)
    t.instances(w)


def changed_in_a_list(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.workflows(answer={"data": [{**t.workflow_bodies[w], "config": {"name": "x", "stages": NOOP}}]})


def changed_inside_an_instance(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.get(i, change={"workflow": {**t.workflow_bodies[w], "createdAt": stamp(7)}})


def listed(t: TraceBuilder) -> None:
    t.create(NOOP)
    t.create(NOOP)
    t.workflows()


def not_listed(t: TraceBuilder) -> None:
    t.create(NOOP)
    t.workflows([])


def listed_twice(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.workflows([w, w])


def not_listed_while_created(t: TraceBuilder) -> None:
    t.create(NOOP, at=0, took=10)
    t.workflows([], at=5)


def not_listed_while_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, at=5, took=10)
    t.workflows([], at=8)


def not_listed_after_an_unanswered_deletion(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, failure="timeout")
    t.workflows([])


def created_twice(t: TraceBuilder) -> None:
    t.create(NOOP)
    t.create(NOOP)


def created_twice_with_one_id(t: TraceBuilder) -> None:
    t.create(NOOP, id=t.create(NOOP))


def created_twice_with_one_id_after_one_that_is_open(t: TraceBuilder) -> None:
    open_configuration(t)
    created_twice_with_one_id(t)


def created_twice_in_other_words(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.create(NOOP, id=w, body=b'{"name": "", "stages": [{"noop": {}}]}')


CASES: list[Case] = [
    ("workflow.create-echo", "upheld", created),
    ("workflow.create-echo", "upheld", created_with_name),
    ("workflow.create-echo", "upheld", listed_while_created),
    ("workflow.create-echo", "violated", refused_though_valid),
    ("workflow.create-echo", "violated", created_with_200),
    ("workflow.create-echo", "violated", another_name),
    ("workflow.create-echo", "violated", a_stage_lost),
    ("workflow.create-echo", "violated", null_for_no_name),
    ("workflow.create-echo", "violated", an_id_again),
    ("workflow.create-echo", "nothing", open_configuration),
    ("workflow.create-echo", "nothing", asked_to_come_later),
    ("workflow.exact-numbers", "upheld", big_amount),
    ("workflow.exact-numbers", "violated", rounded_amount),
    ("workflow.exact-numbers", "violated", rounded_when_read),
    ("workflow.exact-numbers", "upheld", cut_when_read),
    ("workflow.exact-numbers", "upheld", another_stage_when_read),
    ("workflow.exact-numbers", "nothing", number_under_an_unknown_key_when_read),
    ("workflow.exact-numbers", "nothing", small_amount),
    ("workflow.exact-numbers", "violated", amount_with_a_point),
    ("workflow.create-then-get", "upheld", read_back),
    ("workflow.create-then-get", "upheld", read_back_rounded),
    ("workflow.create-then-get", "violated", read_back_in_seconds),
    ("workflow.create-then-get", "violated", not_found_after_creation),
    ("workflow.create-then-get", "violated", read_as_no_workflow),
    ("workflow.create-then-get", "violated", read_with_another_config),
    ("workflow.create-then-get", "violated", read_with_another_time),
    ("workflow.create-then-get", "violated", read_with_another_id),
    ("workflow.create-then-get", "nothing", not_found_while_created),
    ("workflow.create-then-get", "nothing", not_found_while_deleted),
    ("workflow.immutable", "upheld", seen_everywhere),
    ("workflow.immutable", "violated", changed_in_a_list),
    ("workflow.immutable", "violated", changed_inside_an_instance),
    ("workflow.immutable", "nothing", listed_while_created),
    ("workflow.create-then-list", "upheld", listed),
    ("workflow.create-then-list", "violated", not_listed),
    ("workflow.create-then-list", "violated", listed_twice),
    ("workflow.create-then-list", "nothing", not_listed_while_created),
    ("workflow.create-then-list", "nothing", not_listed_while_deleted),
    ("workflow.create-then-list", "nothing", not_listed_after_an_unanswered_deletion),
    ("workflow.create-distinct", "upheld", created_twice),
    ("workflow.create-distinct", "violated", created_twice_with_one_id),
    ("workflow.create-distinct", "violated", created_twice_with_one_id_after_one_that_is_open),
    ("workflow.create-distinct", "violated", created_twice_in_other_words),
    ("workflow.create-distinct", "nothing", created),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


def test_a_difference_is_named_with_its_place() -> None:
    t = TraceBuilder()
    rounded_amount(t)
    [found] = observe(ALL_RULES["workflow.exact-numbers"], t)
    assert found.pointer == "/data/config/stages/0/send/amount/amount"
    assert found.expected.endswith(exact_json.dumps(BIG))
    assert found.observed.endswith(exact_json.dumps(10**22))
    assert found.exchanges == (0,)


def test_a_number_that_is_written_otherwise_is_told_as_it_was() -> None:
    t = TraceBuilder()
    amount_with_a_point(t)
    [found] = observe(ALL_RULES["workflow.exact-numbers"], t)
    assert found.expected.endswith("100, digit for digit")
    assert found.observed.endswith("100.0")


def test_every_wrong_element_of_a_list_is_reported() -> None:
    t = TraceBuilder()
    first, second = t.create(NOOP), t.create(NOOP)
    t.workflows([])
    found = observe(ALL_RULES["workflow.create-then-list"], t)
    assert [each.subject for each in found] == [first, second]
