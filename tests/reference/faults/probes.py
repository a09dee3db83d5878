"""Short programs that provoke faults; each gives what it saw, in a form that is equal for equal behaviour."""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.reference.clock import MICROSECOND, MILLISECOND, SECOND, rfc3339
from conformance.reference.durations import date_time
from tests.reference.faults.notes import Notes
from tests.reference.session import NOOP, UNKNOWN, WAIT, Session, send_stage, update_stage
from tests.reference.test_operations import BAD_CONFIGS


async def _reads(session: Session, notes: Notes, *instances: str, stages: int = 0) -> None:
    for instance in instances:
        for path in ("", "/history", *(f"/stages/{number}/history" for number in range(stages))):
            notes.take(await session.call("GET", f"/instances/{instance}{path}"))


async def _lists(session: Session, notes: Notes, *workflows: str) -> None:
    for workflow in ("", *(f"workflowID={one}&" for one in workflows)):
        for running in ("", "", "running=true"):
            notes.take(await session.call("GET", f"/instances?{workflow}{running}"))


async def tour(session: Session) -> object:
    """One instance of every kind of stage, from its creation to long after its end."""
    notes = Notes()
    stages = [NOOP, {"delay": {"duration": "1ms"}}, {"wait_event": {"event": "go-${x}"}}]
    stages += [send_stage(10**30 + 1, metadata={"k": "v"}), update_stage(k="v", l="w")]
    created = await session.call("POST", "/workflows", {"name": " Tour ", "stages": stages})
    notes.take(created)
    workflow = created.json()["data"]["id"]
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    answer = await session.call("POST", f"/workflows/{workflow}/instances", {"x": "a value of some length"})
    notes.take(answer)
    instance = answer.json()["data"]["id"]
    notes.lines.append(await session.reaches(instance, 2))
    await session.idle()
    for _ in range(2):
        await _reads(session, notes, instance, stages=6)
    notes.lines.append(await session.event(instance, "go-a value of some length"))
    notes.lines.append(await session.ended(instance))
    for _ in range(3):
        await _reads(session, notes, instance, stages=6)
        await _lists(session, notes, workflow)
    notes.lines += [await session.event(instance), await session.cancel(instance)]
    await _reads(session, notes, instance)
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    return notes.lines


async def configurations(session: Session) -> object:
    """Good and bad configurations, and what is stored of them."""
    session.freeze()
    notes = Notes()
    good = {"name": " a ", "stages": [send_stage(2**63 + 1), send_stage(10**30 + 1, metadata={"k": "v"}), *[NOOP] * 8]}
    odd = [{"name": "odd"}, {"name": 7, "stages": []}, b'{"stages":[]}}']
    for config in [good, good, *BAD_CONFIGS, *odd]:
        notes.take(await session.call("POST", "/workflows", config))
    notes.take(await session.call("GET", "/workflows"))
    return notes.lines


async def collection(session: Session) -> object:
    """Workflows created, listed, read and deleted in quick succession, more than a hundred of them."""
    session.freeze()
    notes = Notes()
    ids = []
    for number in range(101):
        ids.append(await session.create(name="twin", n=number))
        if number in {0, 1, 2, 99, 100}:
            notes.take(await session.call("GET", "/workflows"))
            notes.take(await session.call("GET", f"/workflows/{ids[-1]}"))
    notes.take(await session.call("DELETE", f"/workflows/{ids[0]}"))
    for one in ids[:3]:
        notes.take(await session.call("GET", f"/workflows/{one}"))
    notes.take(await session.call("GET", "/workflows"))
    return notes.lines


async def deletion(session: Session) -> object:
    """What is left of a deleted workflow."""
    notes = Notes()
    workflow = await session.create(NOOP)
    instance = (await session.run(workflow, wait=True))["id"]
    for method, path in (("DELETE", ""), ("GET", ""), ("POST", "/instances"), ("DELETE", "")):
        notes.take(await session.call(method, f"/workflows/{workflow}{path}"))
        await session.idle()
    notes.take(await session.call("GET", "/workflows"))
    await _reads(session, notes, instance)
    await _lists(session, notes, workflow)
    return notes.lines


async def strangers(session: Session) -> object:
    """Everything that does not exist, and methods that a path does not have."""
    notes = Notes()
    events = [b'{"name":"x"}', b"[]", b"1"]
    calls: list[tuple[str, str, Any]] = [("POST", f"/instances/{UNKNOWN}/events", event) for event in events]
    calls += [("GET", f"/instances/{UNKNOWN}", None), ("PUT", f"/instances/{UNKNOWN}/abort", None)]
    calls += [(method, f"/workflows/{UNKNOWN}", None) for method in ("GET", "DELETE", "PATCH")]
    calls += [("POST", f"/workflows/{UNKNOWN}/instances", None), ("GET", f"/instances?workflowID={UNKNOWN}", None)]
    calls += [("GET", f"/instances/{UNKNOWN}/history", None), ("GET", "/_info", None), ("GET", "/_info", None)]
    for method, path, body in calls:
        notes.take(await session.call(method, path, body))
    instance = await session.start(WAIT, NOOP)
    for number in ("0", "1", "2", "x", str(2**31)):
        notes.take(await session.call("GET", f"/instances/{instance}/stages/{number}/history"))
    return notes.lines


async def answers(session: Session) -> object:
    """Whether every one of some requests is answered."""
    instance = await session.start(WAIT)
    requests = [("GET", f"/instances/{instance}/history", None)] * 8 + [("POST", f"/instances/{instance}/events", b"")]
    try:
        async with asyncio.timeout(session.patience):
            return [(await session.call(method, path, body)).status_code for method, path, body in requests]
    except TimeoutError:
        return None


async def first_reads(session: Session) -> object:
    """An instance read at once after its run, and its event sent as soon as it can be."""
    session.freeze()
    notes = Notes()
    workflow = await session.create({"wait_event": {"event": "go"}})
    answer = await session.call("POST", f"/workflows/{workflow}/instances")
    notes.take(answer)
    instance = answer.json()["data"]["id"]
    await session.idle()
    notes.take(await session.call("GET", f"/instances/{instance}"))
    notes.lines.append(await session.event(instance))
    notes.lines.append(await session.ended(instance))
    return notes.lines


async def several_runs(session: Session) -> object:
    """Six runs of one workflow, and whether each one ends."""
    workflow = await session.create(NOOP)
    ids = [(await session.run(workflow))["id"] for _ in range(6)]
    listed = await session.data("/instances", workflowID=workflow)
    return len(set(ids)), [await session.ended(one) for one in ids], [one["id"] for one in listed] == ids


async def embedding(session: Session) -> object:
    """The workflow inside an instance, when it is not the newest one."""
    notes = Notes()
    workflow = await session.create(WAIT)
    await session.create(NOOP)
    notes.take(await session.call("POST", f"/workflows/{workflow}/instances"))
    return notes.lines


async def waiting_runs(session: Session) -> object:
    """wait=true with runs that end well and badly, and a run that must not wait."""
    notes = Notes()
    for stages in ([NOOP], [{"delay": {"duration": "1ms"}}, NOOP], [send_stage(source="poor"), NOOP]):
        workflow = await session.create(*stages)
        answer = await session.call("POST", f"/workflows/{workflow}/instances?wait=true")
        notes.take(answer)
        await session.idle()
        await _reads(session, notes, answer.json()["data"]["id"], stages=2)
        await _lists(session, notes, workflow)
    waiting = asyncio.create_task(session.run(await session.create(WAIT)))
    await session.idle()
    notes.lines.append(waiting.done())
    waiting.cancel()
    return notes.lines


async def unwilling_runs(session: Session) -> object:
    """Whether wait=false is answered while the instance waits."""
    workflow = await session.create(WAIT)
    waiting = asyncio.create_task(session.call("POST", f"/workflows/{workflow}/instances?wait=false"))
    answered = await session.comes(waiting.done, session.patience)
    waiting.cancel()
    return answered


async def long_after(session: Session) -> object:
    """An instance that ended long ago."""
    notes = Notes()
    instance = (await session.run(await session.create(NOOP), wait=True))["id"]
    session.freeze(session.server.clock.now() + 60 * SECOND)
    await _reads(session, notes, instance)
    await _lists(session, notes)
    return notes.lines


async def throng(session: Session) -> object:
    """How many of more than a hundred instances are listed."""
    workflow = await session.create(NOOP)
    for _ in range(101):
        await session.run(workflow)
    return len(await session.data("/instances", workflowID=workflow))


async def patient_runs(session: Session) -> object:
    """Whether wait=true is answered while the instance waits."""
    waiting = asyncio.create_task(session.run(await session.create(WAIT), wait=True))
    await session.idle()
    early = await session.comes(waiting.done, session.dread)
    waiting.cancel()
    return early


async def cancelled_waits(session: Session) -> object:
    """Whether wait=true is answered when the instance is cancelled."""
    waiting = asyncio.create_task(session.run(await session.create(WAIT), wait=True))
    await session.idle()
    [instance] = await session.data("/instances")
    await session.cancel(instance["id"])
    answered = await session.comes(waiting.done, session.patience)
    waiting.cancel()
    return answered


async def delays(session: Session) -> object:
    """Whether delays end in time, and not before."""
    seen: list[object] = []
    for form in ("duration", "until", "offset"):
        until = session.server.clock.now() + 30 * MILLISECOND
        until += MICROSECOND if until % SECOND == 0 else 0
        offset = rfc3339(until + 3600 * SECOND).replace("Z", "+01:00")
        stage = {"duration": {"duration": "30ms"}, "until": {"until": rfc3339(until)}, "offset": {"until": offset}}[
            form
        ]
        instance = await session.start({"delay": stage}, {"delay": {"duration": "1ms"}})
        await session.reaches(instance, 1)
        (first, *_) = (await session.data(f"/instances/{instance}"))["status"]
        started, ended = date_time(first["startedAt"]) or 0, date_time(first["terminatedAt"]) or 0
        seen.append(ended >= (started + 30 * MILLISECOND if form == "duration" else until))
        seen.append(await session.ended(instance))
    return seen


async def variables(session: Session) -> object:
    """Variables of overlapping runs, and bodies that hold none."""
    notes = Notes()
    workflow = await session.create(WAIT, {"wait_event": {"event": "${a}-${b}"}})
    ids = [(await session.run(workflow, given))["id"] for given in ({"a": "1", "b": "2"}, {"a": "3"}, {"b": "x" * 20})]
    await session.idle()
    for instance in ids:
        await session.event(instance)
        await _reads(session, notes, instance)
    other = await session.create({"wait_event": {"event": "${Text} ${a}"}})
    for given in ({"Text": "$1"}, {"Text": "x"}):
        instance = (await session.run(other, given))["id"]
        await session.idle()
        await _reads(session, notes, instance)
    for body in (b"[]", b'["a"]', b'{"a":1}', b"1"):
        notes.take(await session.call("POST", f"/workflows/{workflow}/instances", body))
    await session.idle()
    await _lists(session, notes, workflow)
    return notes.lines


async def siblings(session: Session) -> object:
    """An event and a cancellation to two of four instances of one workflow."""
    notes = Notes()
    workflow = await session.create(WAIT, NOOP)
    ids = [(await session.run(workflow))["id"] for _ in range(4)]
    await session.idle()
    notes.lines += [await session.event(ids[1]), await session.cancel(ids[2])]
    await _reads(session, notes, *ids)
    return notes.lines


async def names(session: Session) -> object:
    """Events that nearly match."""
    notes = Notes()
    cases = [("go", name) for name in ("GO", " go ", "gone", "other")]
    for awaited, name in (*cases, ("a_b%", "axb-and-more"), ("e" * 70, "e" * 69 + "x")):
        instance = await session.start({"wait_event": {"event": awaited}}, NOOP)
        notes.lines.append(await session.event(instance, name))
        await _reads(session, notes, instance)
    return notes.lines


async def many_waits(session: Session) -> object:
    """Seven stages that wait for the same event."""
    instance = await session.start(*[WAIT] * 7)
    seen: list[object] = []
    for _ in range(7):
        seen.append(await session.event(instance))
        seen.append(len(await session.data(f"/instances/{instance}/history")))
    return seen, await session.ended(instance)


async def burst(session: Session) -> object:
    """A match behind three events that do not match."""
    session.freeze()
    instance = await session.start(WAIT)
    for name in ("a", "b", "c", "go"):
        await session.call("POST", f"/instances/{instance}/events", {"name": name})
    return await session.ended(instance)


async def unprompted(session: Session) -> object:
    """What happens to two waiting stages after a single event."""
    instance = await session.start(WAIT, WAIT)
    await session.event(instance)
    return await session.comes(session.server.engine.executions[instance].ended.is_set, session.dread)


async def malformed_events(session: Session) -> object:
    """Events that are none, to an instance that waits."""
    notes = Notes()
    instance = await session.start(WAIT)
    for body in (b"{}", b"[]", b"{", b'{"name":1}', b'"name"'):
        notes.take(await session.call("POST", f"/instances/{instance}/events", body))
    await session.idle()
    await _reads(session, notes, instance)
    return notes.lines


async def cancellations(session: Session) -> object:
    """Cancelling right after the run, in a delay, and in a later stage; then an event."""
    session.freeze()
    notes = Notes()
    for number, stages in enumerate(([WAIT, NOOP], [{"delay": {"duration": "1h"}}], [NOOP, WAIT, NOOP])):
        workflow = await session.create(*stages)
        instance = (await session.run(workflow))["id"]
        await session.idle()
        notes.take(await session.call("GET", f"/instances/{instance}/history"))
        notes.take(await session.call("PUT", f"/instances/{instance}/abort"))
        await session.idle()
        await _reads(session, notes, instance, stages=number)
        notes.lines.append(await session.event(instance))
        await _reads(session, notes, instance)
        await _lists(session, notes, workflow)
    return notes.lines


async def after_cancelling(session: Session) -> object:
    """Whether a stage starts after a cancellation."""
    instance = await session.start(WAIT, NOOP)
    await session.cancel(instance)
    execution = session.server.engine.executions[instance]
    return await session.comes(lambda: execution.stage > 0, session.dread)


async def event_then_cancel(session: Session) -> object:
    """A cancellation right after an event that has moved the instance on."""
    notes = Notes()
    instance = await session.start(WAIT, WAIT)
    notes.lines += [await session.event(instance), await session.cancel(instance)]
    await _reads(session, notes, instance, stages=2)
    return notes.lines


async def lists(session: Session) -> object:
    """Lists of instances that wait, have ended, failed or were cancelled, of two workflows."""
    notes = Notes()
    workflows = [await session.create(WAIT), await session.create(send_stage(source="${from}"))]
    waiting = [(await session.run(workflows[0]))["id"] for _ in range(3)]
    ended = [(await session.run(workflows[1], {"from": source}, wait=True))["id"] for source in ("world", "poor")]
    await session.idle()
    await session.cancel(waiting[0])
    await _reads(session, notes, *waiting, *ended)
    for _ in range(2):
        await _lists(session, notes, *workflows, UNKNOWN)
    return notes.lines


async def credentials(session: Session) -> object:
    """Reads and writes without a token, with a bad one, and with one for reading."""
    form = {"grant_type": "client_credentials", "client_id": "conformance", "client_secret": "conformance"}
    granted = await session.client.post("/oauth/token", data=form | {"scope": "orchestration:read"})
    tokens = (None, "Bearer nonsense", f"Bearer {granted.json()['access_token']}")
    headers = [{"Authorization": token} if token else {} for token in tokens]
    calls: tuple[tuple[str, str, Any], ...] = (("GET", "/workflows", None), ("POST", "/workflows", {"stages": []}))
    return [(await session.call(*call, headers=given)).status_code for given in headers for call in calls]


async def left_behind(session: Session) -> object:
    """What one instance leaves for the next one of its workflow, and ids asked for as those of another kind."""
    notes = Notes()
    workflow = await session.create({"delay": {"duration": "${length}"}}, NOOP)
    for length in ("soon", "1ms"):
        instance = (await session.run(workflow, {"length": length}))["id"]
        await session.ended(instance)
        await session.cancel(instance)
        await _reads(session, notes, instance)
    waiting = await session.create(WAIT)
    for _ in range(2):
        instance = (await session.run(waiting))["id"]
        await session.idle()
        await _reads(session, notes, instance)
        await session.cancel(instance)
    for path in (f"/workflows/{instance}", f"/instances/{workflow}/history"):
        notes.take(await session.call("GET", path))
    return notes.lines


async def failing_waits(session: Session) -> object:
    """Whether wait=true is answered when a stage fails."""
    workflow = await session.create({"delay": {"duration": "${length}"}})
    waiting = asyncio.create_task(session.run(workflow, {"length": "soon"}, wait=True))
    answered = await session.comes(waiting.done, session.patience)
    waiting.cancel()
    return answered


async def runs_side_by_side(session: Session) -> object:
    """Whether a run is answered while another one of its workflow is waited for."""
    workflow = await session.create(WAIT)
    waiting = asyncio.create_task(session.run(workflow, wait=True))
    await session.idle()
    other = asyncio.create_task(session.run(workflow))
    answered = await session.comes(other.done, session.patience)
    waiting.cancel()
    other.cancel()
    return answered


async def much(session: Session) -> object:
    """Many events to one instance, many stages that wait, many instances, large configurations."""
    instance = await session.start(WAIT, NOOP)
    for number in range(20):
        await session.event(instance, f"other-{number}")
    await session.event(instance)
    seen: list[object] = [await session.ended(instance)]
    chain = await session.start(*[WAIT] * 5)
    for number in range(5):
        seen.append(await session.reaches(chain, number))
        await session.event(chain)
    seen.append(await session.ended(chain))
    for _ in range(12):
        await session.start(WAIT)
    seen.append(len(await session.data("/instances", running="true")))
    large = {"stages": [{"wait_event": {"event": "x" * 70_000}}]}
    seen.append((await session.call("POST", "/workflows", large)).status_code)
    return seen


async def corners(session: Session) -> object:
    """What two things do that seldom meet."""
    notes, waiting = Notes(), await session.start(NOOP, WAIT, NOOP)
    for body in (b"null", {"name": None}):
        notes.take(await session.call("POST", f"/instances/{waiting}/events", body))
    notes.take(await session.call("POST", "/workflows", {"stages": [{"delay": None}]}))
    notes.take(await session.call("GET", "/instances?running=true"))
    notes.take(
        await session.call("DELETE", f"/workflows/{(await session.data(f'/instances/{waiting}'))['workflowID']}")
    )
    notes.take(await session.call("GET", "/instances?running=true"))
    await session.event(waiting, "other")
    await session.cancel(waiting)
    notes.lines.append(session.server.engine.executions[waiting].ended.is_set())
    await _reads(session, notes, waiting, stages=3)
    paid = await session.start(send_stage(), update_stage(k="v"), WAIT)
    await session.event(paid)
    notes.lines.append(await session.ended(paid))
    await _reads(session, notes, paid, stages=2)
    return notes.lines


async def odd_delays(session: Session) -> object:
    """Delays of nothing, of two units, and of a variable; characters beyond the basic plane in the names of events."""
    none = await session.start({"delay": {"duration": "0s"}})
    seen: list[object] = [await session.ended(none), await session.data(f"/instances/{none}/history")]
    seen[1] = "error" in seen[1][0]  # type: ignore[index]
    long = [await session.start({"delay": {"duration": "1ms2h"}})]
    long.append(await session.start({"delay": {"duration": "${length}"}}, length="2h"))
    rocket = await session.start({"wait_event": {"event": "🚀"}})
    await session.event(rocket, "🎉")
    ended = [session.server.engine.executions[one].ended for one in (*long, rocket)]
    return [*seen, *[await session.comes(each.is_set, session.dread) for each in ended]]


async def siblings_of_the_cancelled(session: Session) -> object:
    """An event right after another instance of the workflow was cancelled, and one to a run that is waited for."""
    workflow = await session.create(WAIT)
    first, second = [(await session.run(workflow))["id"] for _ in range(2)]
    await session.idle()
    await session.cancel(first)
    await session.event(second)
    seen: list[object] = [await session.ended(second)]
    run = asyncio.create_task(session.run(await session.create(WAIT), wait=True))
    await session.idle()
    third = next(name for name in session.server.engine.executions if name not in (first, second))
    await session.event(third)
    return [*seen, await session.comes(run.done, session.patience), run.cancel()]


async def long_times(session: Session) -> object:
    """Long delays, and an event to a stage that has waited for long."""
    delays = [{"duration": "2m"}, {"duration": "1000h"}, {"until": "2091-01-01T00:00:00Z"}]
    instances = [await session.start({"delay": delay}) for delay in delays]
    seen: list[object] = [session.server.engine.executions[one].ended.is_set() for one in instances]
    waiting = await session.start(WAIT)
    session.freeze(session.server.clock.now() + 60 * SECOND)
    await session.event(waiting)
    return [*seen, await session.ended(waiting)]


async def odd_texts(session: Session) -> object:
    """Texts that hold quotes or NULs, look like numbers, or are encoded as in forms; what is false or dated."""
    notes = Notes()
    notes.take(await session.call("GET", "/instances/a%22b"))
    account = {"id": "world", "ledger": "books", "allowOverdraft": False}
    dated = send_stage(timestamp="2024-02-29T23:59:59Z")
    dated["send"]["source"] = {"account": account}
    for stages in ([{"wait_event": {"event": "007"}}], [dated]):
        notes.take(await session.call("POST", "/workflows", {"name": "1.50", "stages": stages}))
    paid = await session.start(send_stage(metadata={"k": "v"}), dated)
    await session.ended(paid)
    await _reads(session, notes, paid, stages=2)
    bad = dated["send"] | {"destination": "bank"}
    notes.take(await session.call("POST", "/workflows", {"stages": [{"send": bad}]}))
    for awaited, name in (("10.5", "10.50"), ("a b", "a+b")):
        instance = await session.start({"wait_event": {"event": awaited}})
        await session.event(instance, name)
        await _reads(session, notes, instance)
        notes.take(await session.call("POST", f"/instances/{instance}/events", {"name": "nul \0"}))
    return notes.lines


async def states(session: Session) -> object:
    """Cancelling and sending to instances with a past of each kind: stages, variables, reads."""
    past = {"delay": {"until": "2020-01-01T00:00:00Z"}}
    cancelled = [await session.start(stage, WAIT) for stage in (update_stage(k="v"), past)]
    cancelled.append(await session.start(NOOP, WAIT, x="1"))
    cancelled.append(await session.start(NOOP, WAIT))
    heard = await session.start(WAIT)
    for instance in cancelled:
        await session.reaches(instance, 1)
    await session.idle()
    await session.call("GET", f"/instances/{cancelled[-1]}/stages/1/history")
    for _ in range(5):
        await session.call("GET", f"/instances/{heard}/history")
    for instance in cancelled:
        await session.cancel(instance)
    await session.event(heard)
    return [await session.ended(instance) for instance in (*cancelled, heard)]


async def long_texts(session: Session) -> object:
    """A variable of 20,000 characters as the name that is waited for, and an event that differs in the last one."""
    instance = await session.start({"wait_event": {"event": "${text}"}}, text="x" * 20_000)
    awaited = (await session.data(f"/instances/{instance}/history"))[0]["input"]["event"]
    await session.event(instance, "x" * 19_999 + "y")
    ended = session.server.engine.executions[instance].ended
    return [len(awaited), await session.comes(ended.is_set, session.dread)]


async def inputs(session: Session) -> object:
    """Letters of several bytes, many variables with long names, refused ones, large ones, dates of all centuries."""
    notes, long_name = Notes(), "n" * 40
    raw = '{"name":"é","stages":[]}'.encode()
    notes.take(await session.call("POST", "/workflows", raw))
    many = {f"v{number}": str(number) for number in range(12)} | {long_name: "long"}
    given = await session.start({"wait_event": {"event": f"${{v11}} ${{{long_name}}}"}}, **many)
    notes.lines.append((await session.data(f"/instances/{given}/history"))[0]["input"])
    workflow = await session.create({"wait_event": {"event": "${a}"}})
    notes.take(await session.call("POST", f"/workflows/{workflow}/instances", {"a": "theirs", "b": 1}))
    for variables in ({"a": "its own"}, {"a": "x" * 66_000}):
        answer = await session.call("POST", f"/workflows/{workflow}/instances", variables)
        await session.idle()
        found = answer.json().get("data", {}).get("id")
        notes.lines.append(found and (await session.data(f"/instances/{found}/history"))[0]["input"])
    for written, value in (
        ("${until}", "nonsense"),
        ("${until}", "2091-01-01T00:00:00Z"),
        ("2300-01-01T00:00:00Z", ""),
        ("1969-01-01T00:00:00Z", ""),
    ):
        instance = await session.start({"delay": {"until": written}}, until=value)
        ended = session.server.engine.executions[instance].ended
        notes.lines.append(await session.comes(ended.is_set, session.dread))
        notes.lines.append("error" in await session.data(f"/instances/{instance}"))
    return notes.lines


async def failing_beside(session: Session) -> object:
    """An instance fails while another one of its workflow waits; an event after a malformed one; one after long."""
    workflow = await session.create({"delay": {"duration": "${length}"}}, WAIT)
    waiting = (await session.run(workflow, {"length": "1ms"}))["id"]
    await session.reaches(waiting, 1)
    await session.idle()
    failing = (await session.run(workflow, {"length": "soon"}))["id"]
    seen = [await session.ended(failing), session.server.engine.executions[waiting].ended.is_set()]
    await session.call("POST", f"/instances/{waiting}/events", {"name": 7})
    await session.event(waiting)
    seen.append(await session.ended(waiting))
    await session.ended((await session.run(workflow, {"length": "never"}))["id"])
    last = (await session.run(workflow, {"length": "1ms"}))["id"]
    await session.idle()
    return [*seen, "error" in await session.data(f"/instances/{last}")]


async def two_updates(session: Session) -> object:
    """What the second update of an account writes."""
    instance = await session.start(update_stage(k="v"), update_stage(l="w"))
    await session.ended(instance)
    return [entry["input"] for entry in await session.data(f"/instances/{instance}/stages/1/history")]


async def cold(session: Session) -> object:
    """An event to an instance that was left alone for a while."""
    instance = await session.start(WAIT)
    await session.call("GET", f"/instances/{instance}")
    session.freeze(session.server.clock.now() + 6 * SECOND)
    await session.event(instance)
    ended = session.server.engine.executions[instance].ended
    return await session.comes(ended.is_set, session.dread)
