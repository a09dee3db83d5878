"""The terminal: progress while a run goes, and a summary that fits a screen."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from rich.console import Console
from rich.live import Live
from rich.text import Text

from conformance.reports.conclusion import Conclusion, conclusion_of
from conformance.reports.losses import losses_sentences
from conformance.reports.rerun import clean_command, replay_command, serve_command
from conformance.reports.text import (
    LEVELS,
    alike,
    comparison_sentence,
    hint,
    level_sentence,
    one_line,
    plural,
    time_taken,
    worst_first,
)
from conformance.results.compare import Comparison
from conformance.results.model import Finding, Results, Verdict

Verbosity = Literal["quiet", "normal", "verbose"]

_STYLES: dict[Verdict, str] = {
    "conformant": "bold green",
    "not_conformant": "bold red",
    "incomplete": "bold yellow",
    "no_violation_found": "bold",
}
_INDENT = 9
_LISTED = 5
_PLAIN_EVERY = 10.0
"""Seconds between two lines of plain progress."""


_LOG_WIDTH = 140
"""Columns of what is read in a log, which has no width of its own."""


class Counts(NamedTuple):
    """What a run has come to so far: exchanges, runs, and requirements that were violated.

    ``replaying``: of these, those whose violations are played again meanwhile.
    """

    exchanges: int = 0
    runs: int = 0
    violated: int = 0
    replaying: tuple[str, ...] = ()

    def __str__(self) -> str:
        # Not yet findings: several broken rules often have one cause.
        rules = plural(self.violated, "rule")
        replaying = f", replaying {' and '.join(self.replaying)}" if self.replaying else ""
        return f"{plural(self.exchanges, 'exchange')}, {plural(self.runs, 'run')}, {rules} broken{replaying}"


class Progress(Protocol):
    """The protocol by which a run reports its progress."""

    def phase(self, name: str) -> None:
        """A new phase has begun."""

    def update(self, counts: Counts, elapsed: float, budget: float | None, doing: str = "") -> None:
        """Counts so far; ``elapsed`` and ``budget`` in seconds, None without a limit; ``doing``: what is confirmed."""

    def close(self) -> None:
        """The run is over."""


class SilentProgress:
    """Progress that is not shown."""

    def phase(self, name: str) -> None:
        """Nothing."""

    def update(self, counts: Counts, elapsed: float, budget: float | None, doing: str = "") -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class PlainProgress:
    """A line for each phase, and one now and then; for logs."""

    def __init__(self, console: Console, every: float = _PLAIN_EVERY) -> None:
        self._console = console
        self._every = every
        self._phase = "starting"
        self._next = every

    def phase(self, name: str) -> None:
        """Print the phase's name."""
        self._phase = name
        self._print(name)

    def update(self, counts: Counts, elapsed: float, budget: float | None, doing: str = "") -> None:
        """Print a line when the last one is long enough ago."""
        if elapsed >= self._next:
            self._next = elapsed + self._every
            left = _left(elapsed, None if doing else budget)
            self._print(f"{self._phase}: {doing or counts}, {left}")

    def close(self) -> None:
        """Nothing is left to do."""

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class LiveProgress:
    """One line that changes in place."""

    def __init__(self, console: Console) -> None:
        self._phase = "starting"
        self._live = Live(Text(self._phase), console=console, transient=True, refresh_per_second=8)
        self._live.start()

    def phase(self, name: str) -> None:
        """Show the phase's name."""
        self._phase = name
        self._live.update(Text(name))

    def update(self, counts: Counts, elapsed: float, budget: float | None, doing: str = "") -> None:
        """Show the counts."""
        style = "red" if counts.violated else ""
        told = Text(no_wrap=True, overflow="ellipsis").append(self._phase, "bold").append("  ")
        told.append(doing or str(counts), style).append("  ")
        self._live.update(told.append(_left(elapsed, None if doing else budget), "dim"))

    def close(self) -> None:
        """Take the line away."""
        self._live.stop()


def make_console(environment: Mapping[str, str], *, stderr: bool = False) -> Console:
    """A console without colours where NO_COLOR is set and in CI; logs get lines of a fixed width."""
    plain = bool(environment.get("NO_COLOR")) or is_ci(environment)
    # Not just no colours: a log or a screen reader has no use for bold, either.
    colours: Literal["auto"] | None = None if plain else "auto"
    console = Console(stderr=stderr, color_system=colours, force_terminal=False if is_ci(environment) else None)
    if not console.is_terminal and "COLUMNS" not in environment:
        console.width = _LOG_WIDTH
    return console


def is_ci(environment: Mapping[str, str]) -> bool:
    """Whether a CI service runs this."""
    return environment.get("CI", "").lower() not in {"", "0", "false"}


def make_progress(console: Console, environment: Mapping[str, str], verbosity: Verbosity = "normal") -> Progress:
    """Live on a terminal, plain lines elsewhere (also with NO_COLOR and in CI), silent when quiet."""
    if verbosity == "quiet":
        return SilentProgress()
    if console.is_terminal and not environment.get("NO_COLOR") and not is_ci(environment):
        return LiveProgress(console)
    return PlainProgress(console, 1.0 if verbosity == "verbose" else _PLAIN_EVERY)


def summary(
    results: Results,
    console: Console,
    report: Path | None = None,
    verbosity: Verbosity = "normal",
    comparison: Comparison | None = None,
    conclusion: Conclusion | None = None,
) -> None:
    """Verdict, levels, the worst findings in a line each, and where the report is; fits a screen unless verbose.

    With a comparison also what is new since the earlier run. The last line says why the exit code is not 0;
    ``conclusion`` is by default that of a run that nobody interrupted.
    """
    conclusion = conclusion or conclusion_of(results)
    verdict = Text(conclusion.headline, style=_STYLES[results.verdict])
    _say(console, verdict + Text(f": {conclusion.reason}", style="not bold"), wrap=True)
    if verbosity != "quiet":
        _body(results, console, verbosity, report)
    if comparison is not None:
        style = "bold red" if comparison.exit_code else ""
        _say(console, Text(one_line(comparison_sentence(comparison), 600), style=style), wrap=True)
    if report is not None:
        _say(console, Text(f"Report: {report}"))
    if conclusion.last_line:
        _say(console, Text(conclusion.last_line), wrap=True)


def _say_losses(results: Results, console: Console) -> None:
    for told in losses_sentences(results):
        _say(console, Text(one_line(told, 600)), wrap=True)


def _body(results: Results, console: Console, verbosity: Verbosity, report: Path | None) -> None:
    exchanges = results.counts.get("exchanges", 0)
    part = results.narrowed and not results.target.get("recording")
    only = f"; {plural(len(results.requirements), 'requirement')} selected" if part else ""
    told = f"{results.target_name}: {plural(exchanges, 'exchange')} in {time_taken(results)}{only}"
    _say(console, Text(one_line(told)))
    if results.unreached:
        _say(console, Text(f"  {results.unreached}", style="yellow"), wrap=True)
    for level in LEVELS:
        sentence = Text(level_sentence(results, level)).wrap(console, max(console.width - _INDENT, 40))
        for number, line in enumerate(sentence):
            _say(console, Text(f"  {level if number == 0 else '':<7}") + line)
    _say_losses(results, console)
    findings = worst_first(results.findings)
    room = len(findings) if verbosity == "verbose" else max((console.height or 24) - 14, 5)
    groups = [[each] for each in findings] if verbosity == "verbose" else alike(findings)
    several = Counter(each.requirement for each in findings)
    for group in groups[:room]:
        where = _where(group) if several[group[0].requirement] > 1 else ""
        # A few findings have room for a second and a third line each.
        _say_finding(console, group[0], where, whole=verbosity == "verbose" or len(groups) * 3 <= room)
    if left_out := sum(map(len, groups[room:])):
        _say(console, Text(f"  … and {plural(left_out, 'further finding')}, all in the report"))
    _say_replay(results, console, findings, report)
    for entry in results.stale[:_LISTED]:
        told = f"stale known deviation {entry.get('requirement')}: {entry.get('why')}"
        _say(console, Text(f"  {one_line(told)}", style="yellow"))
    if len(results.stale) > _LISTED:
        further = plural(len(results.stale) - _LISTED, "further stale known deviation")
        _say(console, Text(f"  … and {further}, all in the report", style="yellow"))
    _say_leftovers(results, console, report)
    for error in results.errors[:_LISTED]:
        _say(console, Text(f"  failure of the suite itself: {one_line(error)}", style="red"))


def _say_leftovers(results: Results, console: Console, report: Path | None) -> None:
    """What the run made and could not remove, with the command for each; they are lines that can be copied."""
    for line in results.leftovers[:_LISTED]:
        console.print(f"  left behind: {one_line(line)}", markup=False, highlight=False, soft_wrap=True)
    if len(results.leftovers) > _LISTED:
        further = plural(len(results.leftovers) - _LISTED, "further thing")
        _say(console, Text(f"  … and {further} left behind, all in the report"))
    if (clean := clean_command(results, str(report.parent) if report is not None else "DIR")) is not None:
        console.print(f"  Remove all of it: {clean}", markup=False, highlight=False, soft_wrap=True)


def _say_replay(results: Results, console: Console, findings: Sequence[Finding], report: Path | None) -> None:
    """The command that plays the first finding again, on a line that can be copied."""
    again = next((line for line in (replay_command(results, each) for each in findings) if line), None)
    if again is None:
        return
    source = f" --from {shlex.quote(str(report.parent))}" if report is not None else ""
    console.print(f"  Play it again: {again}{source}", markup=False, highlight=False, soft_wrap=True)
    serve = serve_command(results)
    if serve is not None:
        _say(console, Text(f"  (URL is what `{serve}` prints.)"))


def _where(group: Sequence[Finding]) -> str:
    """At which operation findings were seen that are told on one line, and at how many others."""
    operations = list(dict.fromkeys(name for finding in group for name in finding.operations[:1]))
    further = f" and {len(operations) - 1} more" if len(operations) > 1 else ""
    return f" ({operations[0]}{further})" if operations else ""


def _say_finding(console: Console, finding: Finding, where: str, *, whole: bool) -> None:
    """A finding on one line, what was observed kept; or on as many as it takes, the later ones indented."""
    style = "dim" if finding.known else "red" if finding.level == "MUST" else "yellow"
    known = " (known)" if finding.known else ""
    name = f"{finding.requirement}{where}{known}: "
    width = max(console.width - _INDENT, 40)
    others = [each for each in finding.requirements if each != finding.requirement]
    also = f" (also {', '.join(others)})" if whole and others else ""
    told = Text(name + hint(finding, 240 if whole else max(width - len(name), 50)) + also)
    lines = told.wrap(console, width) if whole else [told]
    for number, line in enumerate(lines):
        _say(console, Text.assemble("  ", (f"{finding.level if number == 0 else '':<7}", style), line))


def _say(console: Console, line: Text, *, wrap: bool = False) -> None:
    console.print(line, highlight=False, no_wrap=not wrap, overflow="ellipsis" if not wrap else "fold", crop=not wrap)


def _left(elapsed: float, budget: float | None) -> str:
    if budget is None:
        return f"{elapsed:.0f} s"
    # What was begun is played to its end, and what was found is confirmed in a time of its own.
    left = f"{budget - elapsed:.0f} s left" if budget > elapsed else "finishing what is under way"
    return f"{elapsed:.0f} s, {left}"
