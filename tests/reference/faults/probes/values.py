"""Delays, variables and texts of every form."""

from __future__ import annotations

from conformance.reference.engine.clock import MICROSECOND, MILLISECOND, SECOND, rfc3339
from conformance.reference.engine.durations import date_time
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage

_TENTH = 100 * MILLISECOND


async def delays(session: Session) -> object:
    """Whether delays end in time, and not before."""
    seen: list[object] = []
    for form in ("duration", "until", "offset", "tenths"):
        until = session.server.clock.now() + 30 * MILLISECOND
        until += MICROSECOND if until % SECOND == 0 else 0
        if form == "tenths":
            # The next tenth that is none of a whole second, with one digit.
            until = -(-until // _TENTH) * _TENTH
            until += _TENTH if until % SECOND == 0 else 0
        written = {
            "duration": {"duration": "30ms"},
            "until": {"until": rfc3339(until)},
            "offset": {"until": rfc3339(until + 3600 * SECOND).replace("Z", "+01:00")},
            "tenths": {"until": rfc3339(until).replace("00000Z", "Z")},
        }
        instance = await session.start({"delay": written[form]}, {"delay": {"duration": "1ms"}})
        await session.reaches(instance, 1)
        (first, *_) = (await session.data(f"/instances/{instance}"))["status"]
        started, ended = date_time(first["startedAt"]) or 0, date_time(first["terminatedAt"]) or 0
        seen.append(ended >= (started + 30 * MILLISECOND if form == "duration" else until))
        seen.append(await session.ended(instance))
    return seen


async def odd_delays(session: Session) -> object:
    """Delays of nothing, microseconds, two units, a variable and hours; names of events beyond the basic plane."""
    fine = await session.start({"delay": {"duration": "20000us"}})
    none = await session.start({"delay": {"duration": "0s"}})
    seen: list[object] = [await session.ended(none), await session.data(f"/instances/{none}/history")]
    seen[1] = "error" in seen[1][0]  # type: ignore[index]
    long = [await session.start({"delay": {"duration": "1ms2h"}})]
    long.append(await session.start({"delay": {"duration": "${length}"}}, length="2h"))
    long.append(await session.start({"delay": {"duration": "0.01h"}}))
    rocket = await session.start({"wait_event": {"event": "🚀"}})
    await session.event(rocket, "🎉")
    ended = [session.server.engine.executions[one].ended for one in (*long, rocket)]
    seen.append(await session.ended(fine))
    return [*seen, *[await session.comes(each.is_set, session.dread) for each in ended]]


async def long_times(session: Session) -> object:
    """Long delays, and an event to a stage that has waited for long."""
    delays = [{"duration": "2m"}, {"duration": "1000h"}, {"until": "2091-01-01T00:00:00.123456789Z"}]
    instances = [await session.start({"delay": delay}) for delay in delays]
    seen: list[object] = [session.server.engine.executions[one].ended.is_set() for one in instances]
    waiting = await session.start(WAIT)
    session.freeze(session.server.clock.now() + 60 * SECOND)
    await session.event(waiting)
    return [*seen, await session.ended(waiting)]


async def variables(session: Session) -> object:
    """Variables of overlapping runs, and bodies that hold none."""
    notes = Notes()
    workflow = await session.create(WAIT, {"wait_event": {"event": "${a}-${b}"}})
    ids = [(await session.run(workflow, given))["id"] for given in ({"a": "1", "b": "2"}, {"a": "3"}, {"b": "x" * 20})]
    await session.idle()
    for instance in ids:
        await session.event(instance)
        await take_reads(session, notes, instance)
    other = await session.create({"wait_event": {"event": "${Text} ${a}"}})
    for given in ({"Text": "$1"}, {"Text": "x"}):
        instance = (await session.run(other, given))["id"]
        await session.idle()
        await take_reads(session, notes, instance)
    for body in (b"[]", b'["a"]', b'{"a":1}', b"1"):
        notes.take(await session.call("POST", f"/workflows/{workflow}/instances", body))
    await session.idle()
    await take_lists(session, notes, workflow)
    return notes.lines


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


async def long_texts(session: Session) -> object:
    """A variable of 20,000 characters as the name that is waited for, and an event that differs in the last one."""
    instance = await session.start({"wait_event": {"event": "${text}"}}, text="x" * 20_000)
    awaited = (await session.data(f"/instances/{instance}/history"))[0]["input"]["event"]
    await session.event(instance, "x" * 19_999 + "y")
    ended = session.server.engine.executions[instance].ended
    return [len(awaited), await session.comes(ended.is_set, session.dread)]


async def odd_texts(session: Session) -> object:
    """Texts that hold quotes or NULs, look like numbers, or are encoded as in forms; what is false or dated."""
    notes = Notes()
    for name in ("/a%22b", "/a%00b", "?workflowID=a%00b"):
        notes.take(await session.call("GET", f"/instances{name}"))
    account = {"id": "world", "ledger": "books", "allowOverdraft": False}
    dated = send_stage(timestamp="2024-02-29T23:59:59Z")
    dated["send"]["source"] = {"account": account}
    for stages in ([{"wait_event": {"event": "007"}}], [dated]):
        notes.take(await session.call("POST", "/workflows", {"name": "1.50", "stages": stages}))
    paid = await session.start(send_stage(metadata={"k": "v"}), dated)
    await session.ended(paid)
    await take_reads(session, notes, paid, stages=2)
    bad = dated["send"] | {"destination": "bank"}
    notes.take(await session.call("POST", "/workflows", {"stages": [{"send": bad}]}))
    for awaited, name in (("10.5", "10.50"), ("a b", "a+b")):
        instance = await session.start({"wait_event": {"event": awaited}})
        await session.event(instance, name)
        await take_reads(session, notes, instance)
        notes.take(await session.call("POST", f"/instances/{instance}/events", {"name": "nul \0"}))
    return notes.lines


async def bodies(session: Session) -> object:
    """Configurations with white space around them, in a list, and beside what is no number."""
    sent = (b'\n{"stages":[]} ', b'[{"stages":[]}]', b'{"stages":[],"x":NaN}')
    answers = [await session.call("POST", "/workflows", body) for body in sent]
    return [answer.status_code for answer in answers]


async def late_variables(session: Session) -> object:
    """A variable in the eleventh stage."""
    instance = await session.start(*[NOOP] * 10, {"wait_event": {"event": "${text}"}}, text="a value")
    await session.reaches(instance, 10)
    return (await session.data(f"/instances/{instance}/history"))[-1]["input"]


async def money_at_once(session: Session) -> object:
    """Sends of two instances in one moment."""
    session.freeze()
    instances = [await session.start(send_stage()) for _ in range(2)]
    return [(await session.ended(one), (await session.data(f"/instances/{one}")).get("error")) for one in instances]


async def in_turn(session: Session) -> object:
    """What later runs of a workflow wait for that do not give the variable in it, which the first one gave."""
    workflow = await session.create({"wait_event": {"event": "${missing}"}})
    await session.run(workflow, {"missing": "given to the first"})
    instances = [(await session.run(workflow))["id"] for _ in range(8)]
    await session.idle()
    return [(await session.data(f"/instances/{instance}/history"))[0]["input"] for instance in instances]
