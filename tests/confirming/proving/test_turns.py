"""Violations side by side, of which none may follow from another."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.confirming.proving.turns import Turns

RANKED = ["cause", "follower", "other", "last"]


class Causes:
    """Four requirements: the second follows from the first, and the last may turn out to follow from the third."""

    def __init__(self) -> None:
        self.ranked = RANKED

    def in_order(self) -> list[str]:
        """Causes first."""
        return self.ranked

    def explained_by(self, cause: str, together: Any) -> list[str]:
        """What follows without a replay."""
        return ["follower"] if cause == "cause" else []

    def may_follow(self, cause: str, other: str) -> bool:
        """What a replay may show to follow."""
        return (cause, other) == ("other", "last")


def turns(*told: str) -> Turns:
    made: Any = Causes()
    return Turns(made, set(told), 3)


def test_none_begins_that_may_follow_from_one_under_way() -> None:
    these = turns()
    assert [these.begin() for _ in range(3)] == ["cause", "other", None]
    assert these.under_way == ["cause", "other"]
    assert these.waiting == ["follower", "last"]


def test_what_waited_begins_once_that_is_told() -> None:
    these = turns()
    assert [these.begin(), these.begin()] == ["cause", "other"]
    these.end("other")
    assert these.begin() is None, "nobody knows yet what follows from it"
    these.told |= {"other"}
    assert these.begin() == "last"
    assert turns("cause").begin() == "follower"


@pytest.mark.parametrize(("follow", "begins"), [({"last"}, None), ({"follower"}, "last"), (set[str](), "last")])
def test_what_does_not_show_with_one_that_came_back_waits_no_longer(follow: set[str], begins: str | None) -> None:
    these = turns("cause", "follower")
    assert [these.begin(), these.begin()] == ["other", None]
    these.came_back("other", follow)
    assert these.begin() == begins


def test_what_is_seen_later_waits_too() -> None:
    these = turns()
    assert [these.begin(), these.begin()] == ["cause", "other"]
    more: Any = Causes()
    more.ranked = ["first", *RANKED]
    these.renew(more)
    assert these.waiting == ["first", "follower", "last"]
    assert these.begin() == "first"
    these.end("cause")
    assert these.ready() == []
    these.end("first")
    assert these.ready() == ["first", "cause"]


def test_what_has_ended_is_told_once_nothing_before_it_is_under_way() -> None:
    these = turns()
    assert [these.begin(), these.begin()] == ["cause", "other"]
    these.end("other")
    assert these.ready() == []
    these.end("cause")
    assert these.ready() == ["cause", "other"]
    these.told |= {"cause", "other"}
    assert these.ready() == []


def test_time_is_kept_for_what_waits() -> None:
    these = turns()
    assert (these.later, these.share) == (2, 0.0)
    assert these.begin() == "cause"
    assert (these.later, these.share) == (1, 0.75)
    assert these.begin() == "other"
    assert (these.later, these.share) == (1, 1.0)
