"""The history of many nights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.reports.html.history import change_line, render_history, told, write_history
from conformance.results.history import History, Night, history_of, night_of
from conformance.results.model import Outcome
from tests.reports.sample import sample

LEVELS = {"a.b": "MUST", "c.d": "SHOULD", "e.f": "MUST"}


def night(day: int, **outcomes: Outcome) -> Night:
    named = {name.replace("_", "."): outcome for name, outcome in outcomes.items()}
    bare = night_of(replace(sample([]), started_at=f"2026-11-{day:02}T02:00:00+00:00", requirements=[]))
    return replace(bare, outcomes=named, observed={"a.b": "<b>404</b>"}, failed=list(named.values()).count("failed"))


def history(*nights: Night) -> History:
    return history_of(nights, LEVELS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcomes", "changes"),
    [
        ("pppp", []),
        ("ppff", [(2, "broke")]),
        ("fppf", [(0, "failed"), (1, "mended"), (3, "broke")]),
        ("pfnfp", [(1, "broke"), (4, "mended")]),
        ("pkp", [(2, "mended")]),
        ("fkf", [(0, "failed"), (2, "broke")]),
        ("fnn", [(0, "failed")]),
        ("-nf", [(2, "failed")]),
        ("pn-p", []),
    ],
)
def test_what_broke_when_and_what_was_mended(outcomes: str, changes: list[tuple[int, str]]) -> None:
    words: dict[str, Outcome] = {"p": "passed", "f": "failed", "n": "not_exercised", "k": "known_deviation"}
    nights = [night(day, **({"a_b": words[word]} if word in words else {})) for day, word in enumerate(outcomes, 1)]
    # In whatever order they are given.
    (row,) = history(*reversed(nights)).rows
    assert [(each.night, each.turn) for each in row.changes] == changes


def test_what_fails_now_comes_first_then_what_failed() -> None:
    first = night(1, a_b="passed", c_d="failed", e_f="passed")
    second = night(2, a_b="passed", c_d="passed", e_f="failed")
    found = history(first, second)
    assert [row.id for row in found.rows] == ["e.f", "c.d", "a.b"]
    assert [(each.requirement, each.turn) for each in found.changes] == [
        ("e.f", "broke"),
        ("c.d", "mended"),
        ("c.d", "failed"),
    ]


def test_the_page_tells_it_and_links_to_the_nights(tmp_path: Path) -> None:
    report = tmp_path / "nights" / "one" / "report.html"
    found = history(night(1, a_b="passed"), replace(night(2, a_b="failed"), report=report))
    page = write_history(found, tmp_path / "pages" / "history.html").read_text(encoding="utf-8")
    assert 'href="../nights/one/report.html"' in page
    assert "<b>404" not in page
    assert "404" in page
    assert told(found.rows[0], found.nights) == "failed in 1 of 2 nights: broke 2026-11-02"


def test_what_failed_already_in_the_first_night_is_not_said_to_have_broken_then() -> None:
    found = history(night(1, a_b="failed"), night(2, a_b="failed"))
    assert told(found.rows[0], found.nights) == "failed in 2 of 2 nights: seen first 2026-11-01"
    assert change_line(found.changes[0], found.nights) == "2026-11-01 02:00  failed  MUST    a.b: <b>404</b>"


def test_hundreds_of_nights_are_few_elements() -> None:
    times = (f"20{n // 28 + 10}-01-{n % 28 + 1:02}T02:00:00" for n in range(400))
    nights = [replace(night(1, a_b="passed", e_f="passed"), started_at=each) for each in times]
    page = render_history(history(*nights), Path())
    assert page.count("<rect") < 400 * 3 + 20
