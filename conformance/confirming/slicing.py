"""The part of a played scenario that one of its violations needs, as far as the trace shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import from_json, to_json
from conformance.scenarios.scenario.editing import awaited, uses, without
from conformance.scenarios.scenario.model import Scenario, Step, numbered, size
from conformance.trace import Trace
from conformance.trace.roles import Role
from conformance.wire.instant import MILLISECOND, SECOND

_WAITS = (model.Settle, model.Pause)
# What shows only after a longer time is seldom seen.
_LONGEST = 15 * SECOND
_READS = (model.Read, model.History, model.StageHistory, model.GetWorkflow, model.ListInstances, model.ListWorkflows)


def shown_by(trace: Trace, observation: Observation) -> str | None:
    """The operation of the last answer that a violation cites, which is the one that shows it."""
    return trace.at(observation.exchanges[-1]).operation if observation.exchanges else None


def slices_of(trace: Trace, observation: Observation) -> list[Scenario]:
    """The parts that may suffice, the boldest first.

    First without reads, refused requests and events nobody waits for that nothing cites, and without what was done to
    others at the same time; then with these events; then with the refused requests; then with what was done to others,
    and to other instances of the workflow at any time; then with the reads; at last everything up to the last step that
    can matter. What a list of instances shows mostly needs others: there the parts with them come first.
    """
    few = _Kept(refused=False, reads=False, beside=False)
    alone = [replace(few, idle=False), few, _Kept(reads=False, beside=False)]
    with_others = [_Kept(reads=False, siblings=True)]
    kinds = [*with_others, *alone] if shown_by(trace, observation) == "listInstances" else [*alone, *with_others]
    found = [slice_of(trace, observation, kept) for kept in (*kinds, _ALL)]
    found.append(_begun(trace, observation))
    return [part for number, part in enumerate(found) if part is not None and part not in found[:number]]


def in_its_time(trace: Trace) -> Scenario | None:
    """The whole scenario with as much time between its steps as passed between them, where that was a second or more.

    In a run others are played meanwhile, and what a server does only after a while shows. None where no second passed.
    """
    if trace.scenario is None:
        return None
    scenario, left, answered = from_json(trace.scenario), _LONGEST, 0
    steps = list[Step]()
    for step, span in _spans(scenario):
        own = [each for each in trace.exchanges if each.step in span]
        passed = min(left, min((each.sent for each in own), default=0) - answered) if answered else 0
        if passed >= SECOND:
            steps.append(model.Pause(passed // MILLISECOND))
            left -= passed
        steps.append(step)
        answered = max([answered, *(each.received for each in own)])
    return replace(scenario, steps=tuple(steps)) if left < _LONGEST else None


def up_to(trace: Trace, count: int) -> Trace:
    """A play as if its scenario had ended after so many of its outermost steps, and nothing had been read after it."""
    scenario = from_json(trace.scenario)
    part = replace(scenario, steps=scenario.steps[:count])
    numbers = {number for number, _ in numbered(part.steps)}
    return replace(trace, scenario=to_json(part), exchanges=tuple(e for e in trace.exchanges if e.step in numbers))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays in a slice beside what a violation cites: reads, requests that were refused, events that no stage
    waits for (``idle``), what was played on others at the same time, and on other instances of the workflow.
    """

    reads: bool = True
    refused: bool = True
    idle: bool = True
    beside: bool = True
    siblings: bool = False


_ALL = _Kept()


def slice_of(trace: Trace, observation: Observation, stays: _Kept = _ALL) -> Scenario | None:
    """Only the steps on the instance and the workflow of a violation, and those at the same time as one of them.

    None where the trace was not played from a scenario, or where nothing can be left out.
    """
    if trace.scenario is None or not observation.exchanges:
        return None
    return _slice(from_json(trace.scenario), trace, observation, stays)


def _begun(trace: Trace, observation: Observation) -> Scenario | None:
    """The scenario up to the last step that a violation may need, None where that is the whole."""
    if trace.scenario is None or not observation.exchanges:
        return None
    scenario = from_json(trace.scenario)
    last = _last(trace, observation)
    steps = dict(numbered(scenario.steps))
    kept = {n for n in steps if last is None or n <= last}
    late = steps.keys() - kept - _beside(scenario, kept)
    return without(scenario, late) if late and kept else None


def _last(trace: Trace, observation: Observation) -> int | None:
    """The number of the last step that a violation may need: what is cited came before all others. None: it needs all.

    What the suite itself read came after the scenario's own steps, but perhaps before the closing ones.
    """
    cited = [trace.at(index) for index in observation.exchanges]
    if all(each.step is not None for each in cited):
        return max(each.step for each in cited if each.step is not None)
    closing = [each for each in trace.exchanges if each.client == Role.CLOSING and each.step is not None]
    if not closing or max(each.sent for each in cited) > min(each.sent for each in closing):
        return None
    return min(each.step for each in closing if each.step is not None) - 1


def _slice(scenario: Scenario, trace: Trace, observation: Observation, stays: _Kept = _ALL) -> Scenario | None:
    steps = dict(numbered(scenario.steps))
    cited = {trace.at(index).step for index in observation.exchanges} - {None}
    concerned = _concerned(trace, observation, steps)
    if stays.siblings:
        concerned |= {each.ref for each in steps.values() if isinstance(each, model.Run) and each.workflow in concerned}
    needless = set() if stays.refused else _refused(trace)
    needless |= set() if stays.idle else _idle(trace, observation, steps)
    needless |= set() if stays.reads else {n for n, step in steps.items() if isinstance(step, _READS)}
    kept = {n for n, step in steps.items() if n in cited or (_about(step, concerned) and n not in needless)}
    if stays.beside:
        kept |= _beside(scenario, kept)
    kept |= _binding(steps, kept)
    last = _last(trace, observation)
    kept = {n for n in kept if last is None or n <= last}
    # A wait before a kept step may be what lets the violation show.
    kept |= {n for n, step in steps.items() if isinstance(step, _WAITS) and kept and n < max(kept)}
    kept -= _again(scenario, kept)
    groups = {n for n, step in steps.items() if isinstance(step, model.Together | model.Chain)}
    found = without(scenario, steps.keys() - kept - groups)
    return replace(found, theme=scenario.theme) if found.steps and found.steps != scenario.steps else None


def _refused(trace: Trace) -> set[int | None]:
    """The steps whose requests were all refused."""
    answered = {each.step for each in trace.exchanges if not each.refused}
    return {each.step for each in trace.exchanges} - answered


def _idle(trace: Trace, observation: Observation, steps: dict[int, Step]) -> set[int]:
    """The events that no stage of any workflow waits for; none where the violation is about an event."""
    stages = (stage for each in steps.values() if isinstance(each, model.Create) for stage in each.stages)
    names = {name for name in map(awaited, stages) if name is not None}
    about_events = any(trace.at(index).operation == "sendEvent" for index in observation.exchanges)
    if about_events or any("${" in name for name in names):
        return set()
    return {n for n, step in steps.items() if isinstance(step, model.Send) and step.event not in names}


def _concerned(trace: Trace, observation: Observation, steps: dict[int, Step]) -> set[str]:
    """The references to the subject, to what the cited exchanges are about, and to the workflows of these."""
    ids = {value for index in observation.exchanges for value in trace.at(index).params.values()}
    ids.add(observation.subject)
    refs: set[str] = set()
    for exchange in trace.exchanges:
        step = steps.get(exchange.step) if exchange.step is not None else None
        ref = model.binds(step) if step is not None else None
        if ref is not None and (exchange.data_id in ids or exchange.index in observation.exchanges):
            refs.add(ref)
    workflows = {model.workflow_of(step) for step in steps.values() if model.binds(step) in refs}
    return refs | {each for each in workflows if each is not None}


def _about(step: Step, concerned: set[str]) -> bool:
    """Whether a step uses or creates one of the references; other runs of the same workflow do not count."""
    if isinstance(step, model.Run | model.Discover):
        return step.ref in concerned
    return model.binds(step) in concerned or bool(uses(step) & concerned)


def _spans(scenario: Scenario) -> Iterator[tuple[Step, set[int]]]:
    """The outermost steps, each with its number and those of the steps inside it."""
    number = 0
    for step in scenario.steps:
        yield step, set(range(number, number + size(step)))
        number += size(step)


def _beside(scenario: Scenario, kept: set[int]) -> set[int]:
    """The steps of the groups in which a kept step is played at the same time as others."""
    groups = (span for step, span in _spans(scenario) if isinstance(step, model.Together) and kept & span)
    return set[int]().union(*groups)


def _again(scenario: Scenario, kept: set[int]) -> set[int]:
    """The kept waits for all that is due that follow another one, with nothing kept between them."""
    outermost = [(step, span) for step, span in _spans(scenario) if kept & span]
    settling = [isinstance(step, model.Settle) for step, _ in outermost]
    again = (span for (_, span), both in zip(outermost[1:], map(all, pairwise(settling)), strict=True) if both)
    return set[int]().union(*again)


def _binding(steps: dict[int, Step], kept: set[int]) -> set[int]:
    """The steps that bind what the kept ones use, directly or not."""
    found: set[int] = set()
    wanted = {ref for number in kept for ref in uses(steps[number])}
    for number, step in sorted(steps.items(), reverse=True):
        if model.binds(step) in wanted and number not in kept:
            found.add(number)
            wanted |= uses(step)
    return found


def sliced(trace: Trace, observation: Observation) -> Trace:
    """A trace reduced to the slice that a violation needs, as if nothing else had been played; else the trace."""
    # What the operations' cases left is described in a form of its own, which no step can play.
    if trace.source != "scenario" or trace.scenario is None or not observation.exchanges:
        return trace
    whole = from_json(trace.scenario)
    cited = [trace.at(index) for index in observation.exchanges]
    if all(each.operation == "getServerInfo" for each in cited):
        # The suite asks for the version beside each scenario, which has nothing to do with it.
        asked = replace(whole, steps=(model.Info(),) * len(cited))
        exchanges = tuple(replace(each, step=number) for number, each in enumerate(cited))
        return replace(trace, exchanges=exchanges, scenario=to_json(asked))
    found = _slice(whole, trace, observation)
    if found is None:
        return trace
    numbers = _new_numbers(whole, found)
    exchanges = tuple(
        replace(each, step=numbers.get(each.step) if each.step is not None else None)
        for each in trace.exchanges
        if each.step is None or each.step in numbers or each.index in observation.exchanges
    )
    return replace(trace, exchanges=exchanges, scenario=to_json(found))


def _new_numbers(whole: Scenario, part: Scenario) -> dict[int, int]:
    """The numbers of the steps that stayed, by what they were: the steps of a part are in the order of the whole."""
    old = {id(step): number for number, step in numbered(whole.steps)}
    new = {id(step): number for number, step in numbered(part.steps)}
    return {old[each]: number for each, number in new.items() if each in old}
