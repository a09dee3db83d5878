"""From a violation to a finding: what was expected, what came, and the exchanges that show it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from conformance.confirming.checks import Played, check_of
from conformance.confirming.reconstruction import closing_reads, names_of, scenario_of_exchanges
from conformance.contract.requirements import Catalogue
from conformance.results.known.ways import finding_id, way_id
from conformance.results.model import Finding, Mark, Replays
from conformance.results.records import BODY_LIMIT, MARKED_LIMIT, record_of
from conformance.rules.evidence.observation import Observation
from conformance.scenarios import snippets
from conformance.scenarios.scenario.codec import from_json, to_json
from conformance.scenarios.scenario.counted_script import counted_script, repeated
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.scenario.script import script
from conformance.scenarios.snippets import Setting
from conformance.target.forms import JSON_TYPE
from conformance.trace import Exchange, Trace
from conformance.trace.exchange import UNDOCUMENTED

_SHOWN = 80
# Characters of each body of the one exchange that a finding without a scenario shows: 2 kB with both.
_ALONE = 1000

TIME_RAN_OUT = "time ran out"
LOST = "the target could not be asked again"
RECORDED = "this is a recording"
COUNTED = "only a whole run shows it"
UNPLAYABLE = "no scenario sends these requests"


@dataclass(frozen=True, slots=True)
class Proof:
    """A violation with the trace that shows it best, and how often it came back.

    ``requirements`` are all that this cause violates, the explaining one first. ``not_replayed`` says why there were
    no replays. ``shortened_from``: how many exchanges of the trace in which it was first seen a reader would need.
    ``further``: the requirement has a finding at the same operation already, of another way in which it is violated.
    """

    requirements: tuple[str, ...]
    trace: Trace
    observation: Observation
    replays: Replays = field(default_factory=Replays)
    minimised: bool = False
    seen: int = 1
    not_replayed: str | None = None
    shortened_from: int | None = None
    further: bool = False


def finding_or_error(
    proof: Proof, catalogue: Catalogue, base_url: str | None = None, settle_s: float = 2.0
) -> Finding | str:
    """The finding of a proof; where the suite itself fails at that, what went wrong, so that nothing else is lost."""
    try:
        return build_finding(proof, catalogue, base_url, settle_s)
    except Exception as error:
        return f"the finding on {proof.requirements[0]} could not be written: {type(error).__name__}: {error}"


def build_finding(proof: Proof, catalogue: Catalogue, base_url: str | None = None, settle_s: float = 2.0) -> Finding:
    """The finding of a proof, with snippets that replay its scenario against ``base_url``.

    ``settle_s`` is the settle time measured on the target: the snippets wait that long where the scenario settles.
    """
    trace, observation = proof.trace, proof.observation
    requirement = proof.requirements[0]
    scenario = _scenario_of(proof)
    alone = scenario is None and proof.not_replayed in (COUNTED, UNPLAYABLE)
    shown = _decisive(trace, observation) if alone else _shown(trace, observation)
    start = shown[0].sent if shown else 0
    decisive = trace.at(observation.exchanges[-1]) if observation.exchanges else None
    operations = operations_of(trace, observation, catalogue.by_id[requirement].operations)
    positions = {exchange.index: position for position, exchange in enumerate(shown)}
    marks = [Mark(positions[decisive.index], observation.pointer)] if decisive and decisive.index in positions else []
    notes = {
        "Requirement": f"{requirement}: {catalogue.by_id[requirement].statement}",
        "Expected": observation.expected,
        "Observed": observation.observed,
    }
    setting = _setting(proof, scenario, Setting(base_url or Setting.base_url, settle_s, notes))
    cited = [curl_of(exchange) for exchange in shown if exchange.index in observation.exchanges]
    requests = "\n".join(
        ["# As they were sent, with the ids of that run.", *(map(_cut_body, cited) if alone else cited)]
    )
    return Finding(
        id=way_id(requirement, operations[:1], observation.observed)
        if proof.further
        else finding_id(requirement, operations[:1]),
        requirement=requirement,
        level=catalogue.by_id[requirement].level,
        requirements=list(proof.requirements),
        operations=operations,
        reproducibility=reproducibility(proof.replays),
        expected=observation.expected,
        observed=observation.observed,
        scenario=to_json(scenario) if scenario is not None else None,
        script=_script(scenario, setting.looks) if scenario is not None else [],
        exchanges=[
            record_of(each, start, _ALONE if alone else MARKED_LIMIT if each is decisive else BODY_LIMIT)
            for each in shown
        ],
        marks=marks,
        curl=snippets.curl(scenario, setting) if scenario is not None else requests,
        python=snippets.python(scenario, setting) if scenario is not None else "",
        minimised=proof.minimised,
        replays=proof.replays,
        seen=proof.seen,
        not_replayed=proof.not_replayed,
        shortened_from=proof.shortened_from,
    )


def _scenario_of(proof: Proof) -> Scenario | None:
    """What was played, or what would send the requests again of which there was no time to play them."""
    trace = proof.trace
    if _is_scenario(trace):
        return from_json(trace.scenario) if trace.scenario else None
    tried = proof.not_replayed == TIME_RAN_OUT or proof.replays.played
    return scenario_of_exchanges(trace, proof.observation) if tried else None


def _setting(proof: Proof, scenario: Scenario | None, plain: Setting) -> Setting:
    """What the scripts of a finding read besides, and what they say at their end."""
    if scenario is None:
        return plain
    trace, observation = proof.trace, proof.observation
    names = names_of(scenario, trace)
    reads = closing_reads(scenario, trace, observation, names)
    own = list(scenario.leaves())
    looks = tuple(dict.fromkeys(step for step in reads.values() if step not in own))
    played = Played(scenario, trace, names, reads)
    always = proof.replays.shown == proof.replays.played > 0
    check = check_of(played, proof.requirements[0], observation, always=always) if _is_scenario(trace) else None
    return replace(plain, looks=looks, check=check)


def _script(scenario: Scenario, looks: tuple[Step, ...]) -> list[str]:
    once_due = [f"once all is due: {line}" for line in script(Scenario(looks))]
    return [*counted_script(scenario), *once_due, *snippets.forms_of(scenario)]


def operations_of(trace: Trace, observation: Observation, concerned: Sequence[str]) -> list[str]:
    """The operation that shows the violation, then those that led to it and that the requirement is about."""
    cited = [trace.at(index).operation or UNDOCUMENTED for index in observation.exchanges]
    return list(dict.fromkeys([*cited[-1:], *(each for each in cited if each in concerned)]))


def _is_scenario(trace: Trace) -> bool:
    return trace.source in ("scenario", "replay")


def reproducibility(replays: Replays) -> str:
    """ "always" when each of several replays showed it, else "n/m": n of m did."""
    always = replays.shown == replays.played > 1
    return "always" if always else f"{replays.shown}/{replays.played}"


def _decisive(trace: Trace, observation: Observation) -> list[Exchange]:
    """The one exchange that says it all to a reader who has no scenario to play."""
    return [trace.at(index) for index in observation.exchanges[-1:]]


def _cut_body(text: str) -> str:
    return text if len(text) <= 2 * _ALONE else f"# {text[: 2 * _ALONE]}… (cut)"


def shown_exchanges(trace: Trace, observation: Observation) -> int:
    """How many exchanges of a trace a reader needs to see a violation."""
    return len(_shown(trace, observation))


def _shown(trace: Trace, observation: Observation) -> list[Exchange]:
    """The exchanges a reader needs: those cited, the steps of the scenario, and what created what they are about.

    Of the reads of a step that polls only the last, of many creations that matter by their number only the first.
    """
    cited = set(observation.exchanges)
    if _is_scenario(trace):
        again = repeated(from_json(trace.scenario)) if trace.scenario else frozenset()
        last = {each.step: each.index for each in trace.exchanges}
        wanted = [
            e
            for e in trace.exchanges
            if e.index in cited
            or (e.step not in {None, *again} and (e.index == last[e.step] or e.request.method != "GET"))
        ]
    else:
        ids = {value for index in cited for value in trace.at(index).params.values()}
        wanted = [e for e in trace.exchanges if e.index in cited or _creates(e, ids)]
    extra = [exchange for exchange in wanted if exchange.index not in cited][: _SHOWN - len(cited)]
    kept = cited | {exchange.index for exchange in extra}
    return [exchange for exchange in wanted if exchange.index in kept]


def _creates(exchange: Exchange, ids: set[str]) -> bool:
    return exchange.operation in ("createWorkflow", "runWorkflow") and exchange.data_id in ids


def curl_of(exchange: Exchange) -> str:
    """One exchange as a curl command, with the ids that it had."""
    parts = ["curl", "-sS", "-i", "-X", exchange.request.method, shlex.quote(exchange.request.url)]
    if exchange.request.body is not None:
        body = exchange.request.body.decode("utf-8", "replace")
        media_type = exchange.request.header("content-type") or JSON_TYPE
        parts += ["-H", shlex.quote(f"content-type: {media_type}"), "--data-raw", shlex.quote(body)]
    return " ".join(parts)
