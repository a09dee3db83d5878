"""The HTML report: one file that needs no network, and in which no text from a target is ever executed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from conformance.reports import text
from conformance.reports.conclusion import conclusion_of
from conformance.reports.html.view import MAX_CODE, MAX_TEXT, bounds_told, group_of, report_view
from conformance.reports.losses import losses_sentences
from conformance.results.compare import CHANGES, Comparison
from conformance.results.model import OUTCOMES, OperationResult, Results
from conformance.wire import exact_json

_UNITS = ("s", "ms")
_NAMES = {
    "sha256": "SHA-256",
    "url": "URL",
    "ca_file": "CA file",
    "verify": "verify TLS",
    "control": "control run",
    "runs": "run requests, without replays",
}


def write_html(results: Results, path: Path, comparison: Comparison | None = None) -> Path:
    """Write the report of a run; a comparison with an earlier run becomes a section of it."""
    path.write_text(render_html(results, comparison), encoding="utf-8")
    return path


def render_html(results: Results, comparison: Comparison | None = None) -> str:
    """The report as an HTML document."""
    view = report_view(results)
    operations = sorted({name for item in results.requirements for name in item.operations})
    return render(
        "report.html.j2",
        view=view,
        results=results,
        comparison=comparison,
        bounds=bounds_told(view),
        conclusion=conclusion_of(results),
        title=results.target_name,
        filter_operations=operations,
        facts=_facts(results),
        losses=losses_sentences(results),
    )


def render(template: str, **context: Any) -> str:
    """Render a template with the report's style and script, and a policy that allows just these two."""
    environment = _environment()
    style, script = _source(environment, "report.css"), _source(environment, "report.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return environment.get_template(template).render(
        style=Markup(style), script=Markup(script), policy=Markup(policy), **context
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.reports.html"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalize,
    )
    words: Mapping[str, Any] = {
        "outcomes": OUTCOMES,
        "words": text.OUTCOME_WORDS,
        "signs": text.OUTCOME_SIGNS,
        "verdicts": text.VERDICT_WORDS,
        "changes": CHANGES,
        "change_words": text.CHANGE_WORDS,
    }
    environment.globals |= words
    functions: Mapping[str, Callable[..., Any]] = {
        "one_line": text.one_line,
        "readable_time": text.readable_time,
        "time_taken": text.time_taken,
        "hint": text.hint,
        "plural": text.plural,
        "answered": text.answered,
        "sentence_case": text.sentence_case,
        "cut_short": text.cut_short,
        "how_sure": text.how_sure,
        "scenario_heading": text.scenario_heading,
        "group_of": group_of,
        "slug": slug,
        "succeeded": _succeeded,
        "whole": _whole,
        "with_code": _with_code,
    }
    environment.filters |= functions
    return environment


def _with_code(told: str) -> Markup:
    """A sentence in which what stands in backticks is shown as code."""
    code = Markup("<code>{}</code>")
    parts = enumerate(told.split("`"))
    return Markup("").join(code.format(part) if number % 2 else escape(part) for number, part in parts)


def _finalize(value: Any) -> Any:
    """Every text that a template prints goes through here; only markup made by this package is left as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return text.visible(text.cut(value, MAX_TEXT))
    return value


def _succeeded(operation: OperationResult) -> bool:
    return any(status.startswith("2") for status in operation.statuses)


def _whole(code: str) -> Markup:
    """Code that is to be copied and run, so cut only when it is beyond all use."""
    return escape(text.visible(text.cut(code, MAX_CODE)))


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _digest(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def slug(name: str) -> str:
    """A name as the id of an element: letters, digits, dots, dashes and underscores."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name[:200])


def _facts(results: Results) -> list[tuple[str, list[tuple[str, str]]]]:
    """How the run was made, as titled lists of names and values."""
    run = {
        "profile": results.profile,
        "seed": str(results.seed),
        "started": text.readable_time(results.started_at),
        "duration": f"{results.duration_s:.1f} s",
        "schema of results": results.schema_version,
    }
    parts = [
        ("Target", results.target),
        ("API document", results.document),
        ("Suite", results.suite),
        ("Run", run),
        ("Traffic", {name: count for name, count in results.counts.items() if name not in OUTCOMES}),
        ("Settling", results.settling),
        ("Configuration", results.configuration),
    ]
    return [(title, _pairs(values)) for title, values in parts if values]


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values that are set, as text."""
    return [_pair(name, value) for name, value in values.items() if value not in (None, "", [], {})]


def _pair(name: str, value: Any) -> tuple[str, str]:
    """A name without its unit, and the value with it."""
    stem, _, unit = name.rpartition("_")
    if unit in _UNITS and _is_number(value):
        return _NAMES.get(stem, stem.replace("_", " ")), f"{_readable(value)} {unit}"
    unit = " s" if name == "max_time" else ""
    return _NAMES.get(name, name.replace("_", " ")), f"{_readable(value)}{unit}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _readable(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if _is_number(value):
        return f"{value:,}" if isinstance(value, int) else f"{float(value):,g}"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return exact_json.dumps(value)
