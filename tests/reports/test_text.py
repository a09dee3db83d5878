"""Words and hostile text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.reports.text import (
    answered,
    cut,
    hint,
    how_sure,
    level_sentence,
    one_line,
    plural,
    readable_time,
    scenario_heading,
    sentence_case,
    time_taken,
    visible,
    worst_first,
)
from conformance.results.model import Replays, RequirementResult
from tests.reports.sample import clean, crowded, rounded, sample, swallowed, undocumented


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain\ntext\t", "plain\ntext\t"),
        ("größer, 日本語, 🙂", "größer, 日本語, 🙂"),
        ("a\u202eb", "a‹U+202E›b"),
        ("\ud83d", "‹U+D83D›"),
        ("\x00\x1b\x85\u2028\ufeff", "‹U+0000›‹U+001B›‹U+0085›‹U+2028›‹U+FEFF›"),
    ],
)
def test_characters_that_act_are_named(given: str, shown: str) -> None:
    assert visible(given) == shown
    assert shown.encode("utf-8")


def test_long_text_is_cut_and_says_so() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("x" * 5000, 4) == "xxxx… (cut: 5,000 characters in all)"
    assert one_line("a\n b \t c  d") == "a b c  d"
    assert one_line("x" * 5000, 5) == "xxxxx…"
    assert (plural(1, "run"), plural(2000, "run")) == ("1 run", "2,000 runs")


def test_a_hint_tells_what_was_due_and_what_came() -> None:
    assert hint(undocumented()).startswith("A workflow has id, config, createdAt and updatedAt — but The workflow has")
    long = replace(swallowed(), expected="e" * 1000, observed="o" * 1000)
    assert "… — but ooo" in hint(long)
    assert len(hint(long)) <= 161
    assert hint(replace(swallowed(), expected="", observed="", operations=[])) == "cancel.terminates"


@pytest.mark.parametrize(
    ("observed", "words", "short"),
    [
        ("200", "the answer was 200", None),
        ("204 with content-length 15", "the answer was 204 with content-length 15", None),
        (
            '404 {"errorCode":"NOT_FOUND","errorMessage":"gone"}',
            "the answer was 404 NOT_FOUND: gone",
            None,
        ),
        (
            '201 {"data":{"id":"12345"}}',
            'the answer was 201 {"data":{"id":"12345"}}',
            'the answer was 201 {"data":{"id":"12345…',
        ),
        ("200 []", "the answer was 200 []", None),
        ('400 {"errorCode":', 'the answer was 400 {"errorCode":', None),
        ("the stage has ended", "the stage has ended", None),
        ("2001 things", "2001 things", None),
    ],
)
def test_a_bare_answer_is_told_in_words(observed: str, words: str, short: str | None) -> None:
    assert answered(observed) == words
    assert answered(observed, short=True) == (short or words)


def test_sentences_begin_large_but_names_stay_as_they_are() -> None:
    assert sentence_case("the stage has ended") == "The stage has ended"
    assert sentence_case("met: all passed") == "Met: all passed"
    assert sentence_case("createdAt ≤ updatedAt") == "createdAt ≤ updatedAt"
    assert sentence_case("config.name: 1") == "config.name: 1"
    assert sentence_case("") == ""


@pytest.mark.parametrize(
    ("played", "shown", "seen", "why", "words"),
    [
        (3, 3, 5, None, "replayed 3 of 3"),
        (9, 1, 5, None, "replayed 1 of 9: depends on timing"),
        (9, 0, 2, None, "seen 2 times, replayed 0 of 9"),
        (0, 0, 2, "time ran out", "seen 2 times, not replayed: time ran out"),
        (0, 0, 1, "time ran out", "seen once, not replayed: time ran out"),
        (0, 0, 1200, None, "seen 1,200 times"),
    ],
)
def test_how_sure_it_is_is_told_in_words(played: int, shown: int, seen: int, why: str | None, words: str) -> None:
    finding = replace(swallowed(), replays=Replays(played, shown), seen=seen, not_replayed=why)
    assert how_sure(finding) == words


def test_only_what_was_minimised_to_the_end_is_called_minimal() -> None:
    cut = replace(swallowed(), minimised=False, shortened_from=78)
    assert scenario_heading(swallowed()) == "Minimal scenario"
    assert scenario_heading(cut) == f"Scenario, shortened from 78 to {len(cut.exchanges)} exchanges"
    assert scenario_heading(replace(cut, shortened_from=None)) == "Scenario"


def test_the_worst_come_first() -> None:
    found = [finding.id for finding in worst_first([rounded(), undocumented(), swallowed(), *crowded(12).findings[8:]])]
    assert found == ["F1", "F9", "F10", "F11", "F12", "F2", "F3"]


def test_each_requirement_that_failed_comes_before_the_second_finding_of_another() -> None:
    many = crowded(3).findings
    other = replace(swallowed(), id="F9", requirement="run.wait", requirements=["run.wait"], reproducibility="1/5")
    found = [finding.id for finding in worst_first([undocumented(), other, *many])]
    assert found == ["F1", "F9", "F2", "F3", "F2"]


def test_each_level_is_told_in_words() -> None:
    assert level_sentence(sample(), "SHOULD") == (
        "not met: of 3 applicable requirements, 1 passed, 1 failed, 1 inconclusive."
    )
    assert level_sentence(clean(), "SHOULD") == "met: all 3 applicable requirements passed."
    alone = RequirementResult("a.b", "MUST", "passed")
    other = replace(alone, id="c.d", outcome="not_applicable")
    assert level_sentence(replace(clean(), requirements=[alone, other]), "MUST") == (
        "met: the only applicable requirement passed (1 more does not apply)."
    )
    assert level_sentence(replace(clean(), requirements=[]), "MUST") == "no applicable requirement."


def test_the_time_of_a_recording_is_that_of_its_judging() -> None:
    target: dict[str, object] = {"url": "x.har", "recording": True}
    assert time_taken(sample()) == "61 s"
    assert time_taken(replace(sample(), target=target)) == "61.4 s of judging"
    assert time_taken(replace(sample(), target=target | {"proxy": True})) == "61 s"


def test_times_are_readable() -> None:
    assert readable_time("2026-11-23T22:46:34.123456Z") == "2026-11-23 22:46:34 UTC"
    assert readable_time("2026-11-23T22:46:34+02:00") == "2026-11-23T22:46:34+02:00"
