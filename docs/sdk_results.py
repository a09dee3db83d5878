"""Writes the matrix and the exchanges of docs/sdk-results.md from the results of the published SDKs.

``python docs/sdk_results.py DIR`` reads what ``.ci/sdks DIR`` has left: a folder of results for each SDK, named as its
driver. With ``--check`` it exits with 1 where the matrix is out of date; the exchanges are not compared, as another run
may find a simpler one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conformance.results.model import ExchangeRecord, Finding, RequirementResult, Results
from conformance.results.store import read_results

PAGE = Path(__file__).with_name("sdk-results.md")
MATRIX = ("<!-- matrix: begin -->", "<!-- matrix: end -->")
EXCHANGES = ("<!-- exchanges: begin -->", "<!-- exchanges: end -->")
DRIVERS = Path(__file__).parents[1] / "examples" / "sdk-drivers"
NAMES = ("python", "typescript", "go")
_BODY_LIMIT = 300
_WORDS = {"passed": "passed", "not_applicable": "not applicable", "not_exercised": "not exercised"}


@dataclass(frozen=True)
class Judged:
    """The results of an SDK; ``driver`` is the name of its driver's folder."""

    driver: str
    results: Results

    def outcome(self, requirement: str) -> str:
        """A cell of the matrix: what became of a requirement; a deviation that is known with its line."""
        outcome = self._result(requirement).outcome
        if outcome != "known_deviation":
            return _WORDS.get(outcome, f"**{outcome}**")
        return f"failed, [line {self._line(requirement)}]({self._known}#L{self._line(requirement)})"

    def finding(self, requirement: str) -> Finding | None:
        """The finding on a requirement that is the shortest to tell."""
        found = [each for each in self.results.findings if each.requirement == requirement]
        return min(found, key=lambda each: len(_exchange(each)), default=None)

    def operations(self, requirement: str) -> list[str]:
        """The operations at which a requirement is violated."""
        found = self.results.findings
        return sorted({name for each in found if each.requirement == requirement for name in each.operations})

    @property
    def _known(self) -> str:
        return f"../examples/sdk-drivers/{self.driver}/known.yaml"

    def _result(self, requirement: str) -> RequirementResult:
        return next(each for each in self.results.requirements if each.id == requirement)

    def _line(self, requirement: str) -> int:
        lines = (DRIVERS / self.driver / "known.yaml").read_text(encoding="utf-8").splitlines()
        return lines.index(f"  - requirement: {requirement}") + 1


def matrix(judged: Sequence[Judged]) -> str:
    """A Markdown table: a row for each requirement, a column for each SDK."""
    names = [each.results.target_name for each in judged]
    head = [["requirement", "level", *names], ["---"] * (len(names) + 2)]
    rows = [
        [f"`{each.id}`", each.level, *(one.outcome(each.id) for one in judged)]
        for each in judged[0].results.requirements
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def exchanges(judged: Sequence[Judged]) -> str:
    """For each requirement that an SDK fails: why, at which operations, and an exchange that shows it."""
    parts = []
    for requirement in judged[0].results.requirements:
        failed = [(each, finding) for each in judged if (finding := each.finding(requirement.id))]
        if failed:
            parts.append(f"### {requirement.id}\n\n{requirement.statement}")
            parts += [_told(each, finding) for each, finding in failed]
    return "\n\n".join(parts)


def _told(judged: Judged, finding: Finding) -> str:
    reason = f": {finding.known['reason']}" if finding.known else ""
    operations = ", ".join(judged.operations(finding.requirement))
    return f"**{judged.results.target_name}**{reason} ({operations}).\n\n```text\n{_exchange(finding)}\n```"


def _exchange(finding: Finding) -> str:
    """What was called, what went over the wire, what the caller got, and which value of it is wrong."""
    wire = [line for record in finding.exchanges[-3:] for line in _lines(record)]
    sent = finding.expected.partition(": ")[2]
    lost = [f"sent was {sent}, and the caller got {finding.observed}"] if finding.marks and sent else []
    return "\n".join(_cut(line) for line in [*finding.script[:1], *wire, *finding.script[1:], *lost])


def _lines(record: ExchangeRecord) -> list[str]:
    parts = urlsplit(record.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answer = f"{record.status} {record.response_body or ''}" if record.status else record.failure or ""
    return [f"> {record.method} {target} {record.request_body or ''}".rstrip(), f"< {answer}".rstrip()]


def _cut(line: str) -> str:
    return line if len(line) <= _BODY_LIMIT else f"{line[:_BODY_LIMIT]}…"


def _between(page: str, marks: tuple[str, str], text: str) -> str:
    before, _, rest = page.partition(marks[0])
    return f"{before}{marks[0]}\n\n{text}\n\n{marks[1]}{rest.partition(marks[1])[2]}"


def main(arguments: list[str]) -> int:
    """Write the page, or compare its matrix. Returns the exit code."""
    directory = Path(next(each for each in arguments if each != "--check"))
    judged = [Judged(name, read_results(directory / name)) for name in NAMES]
    page = PAGE.read_text(encoding="utf-8")
    now = _between(page, MATRIX, matrix(judged))
    if "--check" not in arguments:
        PAGE.write_text(_between(now, EXCHANGES, exchanges(judged)), encoding="utf-8")
    elif now != page:
        sys.stderr.write(f"The matrix of {PAGE.name} is out of date: run .ci/sdks DIR, docs/sdk_results.py DIR.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
