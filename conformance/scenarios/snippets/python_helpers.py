"""The helpers of generated Python programs, with which each step takes one line."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from conformance.scenarios.snippets import answers
from conformance.scenarios.snippets.helpers import Formed, Helper
from conformance.target.forms import ACCEPTED, JSON_TYPE, JSON_TYPE_WITH_CHARSET

_SOURCE = inspect.getsource(answers)
ANSWERS_CODE = _SOURCE[_SOURCE.index("MOMENT =") :].rstrip()
"""The functions of `answers` as scripts hold them."""

HELPERS: Mapping[str, Helper] = {
    "fill": Helper(
        """\
def fill(body):
    def moment(found):
        zone = datetime.timezone(datetime.timedelta(minutes=int(found[2])))
        return (datetime.datetime.now(zone) + datetime.timedelta(microseconds=int(found[1]) // 1000)).isoformat()
    return re.sub("@now([+-][0-9]+)([+-][0-9]+)@", moment, body).replace("@marker@", "marker-" + uuid.uuid4().hex)
""",
        "fill(",
        imports=("datetime", "re", "uuid"),
    ),
    "call": Helper(
        """\
def call(method, path, body=None, keep=None, token=TOKEN, leave=60):
    place = re.sub("[{]([a-z0-9]+)[}]", lambda name: ids.get(name[1], "never-created"), path)
    headers = {"content-type": "application/json"} if body is not None else {}
    if token:
        headers["authorization"] = token.rstrip() if " " in token else f"Bearer {token}"
    content = body.encode() if body is not None else None
    try:
        answer = httpx.request(method, BASE + place, content=content, headers=headers, timeout=leave)
    except httpx.HTTPError as error:
        print(f"{method} {place} -> no answer: {error}\\n", end="")
        return None
    # In one piece, for other threads print as well.
    print(f"{method} {place} -> {answer.status_code} {answer.text}\\n", end="")
    data = data_of(answer)
    if method == "POST" and path.endswith(("/workflows", "/instances")) and isinstance(data, dict) and "id" in data:
        made.append((path, data["id"]))
        if keep:
            ids[keep] = data["id"]
    return answer


def data_of(answer):
    try:
        return answer.json()["data"] if answer is not None and answer.is_success else None
    except (ValueError, KeyError, TypeError):
        return None


def clean():
    headers = {"authorization": f"Bearer {TOKEN}"} if TOKEN else {}
    for path, found in reversed(made):
        if path.endswith("/instances"):
            httpx.put(BASE + "/instances/" + found + "/abort", headers=headers, timeout=60)
        else:
            httpx.delete(BASE + "/workflows/" + found, headers=headers, timeout=60)


made = []
atexit.register(clean)
""",
        "call(",
        imports=("atexit", "re"),
    ),
    "reached": Helper(
        """\
def reached(data, state, stage):
    if state == "waiting":
        return any(entry.get("name") == "RunWaitEvent" and not entry.get("terminated")
                   for number, entry in enumerate(data) if stage in (None, number))
    if state == "started":
        return len(data.get("status") or []) > (stage or 0)
    return data.get("terminated")
""",
        "reached(",
    ),
    "until": Helper(
        """\
def until(instance, state, stage=None):
    path = "/instances/{" + instance + "}" + ("/history" if state == "waiting" else "")
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        answer = call("GET", path)
        if data_of(answer) and reached(data_of(answer), state, stage):
            break
        time.sleep(0.1)
    return answer
""",
        "until(",
        needs=("call", "reached"),
    ),
    "discover": Helper(
        """\
def discover(instance, workflow):
    end = time.monotonic() + LIMIT
    while instance not in ids and time.monotonic() < end:
        for found in data_of(call("GET", "/instances?workflowID={" + workflow + "}")) or []:
            if found["id"] not in ids.values():
                ids[instance] = found["id"]
        time.sleep(0.1)
""",
        "discover(",
        needs=("call",),
    ),
    "together": Helper(
        """\
def together(*lanes):
    threads = [threading.Thread(target=lane) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
""",
        "together(",
        imports=("threading",),
    ),
    "verdict": Helper(
        """\
def verdict(parts, observed):
    differing = []
    for name, status, pointer, value, steady in parts:
        given = answers.get(name)
        if given is None or (given.status_code in SILENT and given.status_code != status):
            print("undecided: a request that would show it was not answered")
            sys.exit(2)
        found = shown(given.text, pointer, ids) if value is not None else None
        if (given.status_code, found) != (status, value):
            differing.append(steady)
    if differing:
        print("not violated" if any(differing) else UNSTEADY)
        sys.exit(0 if any(differing) else 2)
    print(f"violated: {observed}")
    sys.exit(1)
""",
        "verdict(",
        needs=("shown",),
        imports=("json",),
    ),
    "shown": Helper(f"{ANSWERS_CODE}\n", "shown(", imports=("re",)),
}

FORMED: Formed = {
    "charset": (f'"{JSON_TYPE}"', f'"{JSON_TYPE_WITH_CHARSET}"'),
    "encoded": ("BASE + place, content", 'BASE + place.replace("-", "%2D"), content'),
    "chunked": ("content = body.encode()", "content = iter([body.encode()])"),
    "spaced": ("body.encode()", '("\\n" + body + "\\n").encode()'),
    "accepting": ("    if token:\n", f'    headers["accept"] = "{ACCEPTED}"\n    if token:\n'),
}
