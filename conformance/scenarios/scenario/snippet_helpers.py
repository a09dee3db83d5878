"""The helpers at the beginning of generated scripts, with which each step takes one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper of one language: its code, the text by which a step shows that it uses it, and what it needs itself."""

    code: str
    shown_by: str
    needs: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def used(helpers: Mapping[str, Helper], steps: str) -> list[Helper]:
    """The helpers that the steps use, and those that these need, in their order."""
    wanted = {name for name, helper in helpers.items() if helper.shown_by in steps}
    while more := {need for name in wanted for need in helpers[name].needs} - wanted:
        wanted |= more
    return [helper for name, helper in helpers.items() if name in wanted]


def imports(helpers: Iterable[Helper], *always: str) -> str:
    """The modules of a program's helpers, for its import statement."""
    return ", ".join(sorted({*always, *(name for helper in helpers for name in helper.imports)}))


PYTHON: Mapping[str, Helper] = {
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
def call(method, path, body=None, keep=None):
    place = re.sub("[{]([a-z0-9]+)[}]", lambda name: ids.get(name[1], "never-created"), path)
    headers = {"content-type": "application/json"} if body is not None else {}
    if TOKEN:
        headers["authorization"] = f"Bearer {TOKEN}"
    content = body.encode() if body is not None else None
    answer = httpx.request(method, BASE + place, content=content, headers=headers, timeout=60)
    # In one piece, for other threads print as well.
    print(f"{method} {place} -> {answer.status_code} {answer.text}\\n", end="")
    if keep and answer.is_success:
        ids[keep] = answer.json()["data"]["id"]
    return answer
""",
        "call(",
        imports=("re",),
    ),
    "reached": Helper(
        """\
def reached(data, state, stage):
    if state == "waiting":
        return any(entry["name"] == "RunWaitEvent" and not entry["terminated"]
                   for number, entry in enumerate(data or []) if stage in (None, number))
    status = data.get("status") or []
    if state == "started":
        return len(status) > (stage or 0)
    return data["terminated"]
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
        if answer.is_success and reached(answer.json()["data"], state, stage):
            return
        time.sleep(0.1)
""",
        "until(",
        needs=("call", "reached"),
    ),
    "discover": Helper(
        """\
def discover(instance, workflow):
    end = time.monotonic() + LIMIT
    while instance not in ids and time.monotonic() < end:
        for found in call("GET", "/instances?workflowID={" + workflow + "}").json()["data"] or []:
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
}

CURL: Mapping[str, Helper] = {
    "ref": Helper('ref() { cat "$ids/$1" 2>/dev/null || echo never-created; }\n', "$(ref "),
    "unknown": Helper("unknown() { python3 -c 'import uuid; print(uuid.uuid4())'; }\n", "$(unknown)"),
    "fill": Helper(
        r"""fill() { python3 -c '
import datetime, re, sys, uuid
def moment(found):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(minutes=int(found[2]))))
    return (now + datetime.timedelta(microseconds=int(found[1]) // 1000)).isoformat()
filled = re.sub("@now([+-][0-9]+)([+-][0-9]+)@", moment, sys.argv[1]).replace("@marker@", "marker-" + uuid.uuid4().hex)
sys.stdout.buffer.write(filled.encode())' "$1"; }
""",
        "$(fill ",
    ),
    "call": Helper(
        r"""# call NAME METHOD PATH [BODY]: NAME keeps the id that comes back, - keeps none.
call() {
  local name=$1 method=$2 path=$3 out; shift 3
  out=$(mktemp -p "$ids")
  local args=(-sS -g --path-as-is -X "$method" -o "$out" -w '%{http_code}' ${TOKEN:+-H "authorization: Bearer $TOKEN"})
  [ $# -eq 0 ] || args+=(-H 'content-type: application/json' --data-raw "$1")
  echo "$method $path -> $(curl "${args[@]}" "$BASE$path") $(cat "$out")"
  [ "$name" = - ] || id_in "$out" > "$ids/$name.new" 2>/dev/null && mv "$ids/$name.new" "$ids/$name" 2>/dev/null
  last=$out
}
id_in() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["data"]["id"])' "$1"; }
""",
        "call ",
    ),
    "until_": Helper(
        r"""# until_ INSTANCE STATE [STAGE]: poll until the state is reached, or given up.
until_() {
  local path="/instances/$(ref "$1")" end=$((SECONDS + LIMIT))
  [ "$2" = waiting ] && path="$path/history"
  while [ $SECONDS -le $end ]; do
    call - GET "$path"
    python3 -c '
import json, sys
data, state, stage = json.load(open(sys.argv[1]))["data"], sys.argv[2], sys.argv[3]
if state == "waiting":
    hit = any(e["name"] == "RunWaitEvent" and not e["terminated"]
              for n, e in enumerate(data or []) if stage in ("", str(n)))
elif state == "started":
    hit = len(data.get("status") or []) > int(stage or 0)
else:
    hit = data["terminated"]
sys.exit(not hit)' "$last" "$2" "${3:-}" 2>/dev/null && return
    sleep 0.1
  done
}
""",
        "until_ ",
        needs=("call", "ref"),
    ),
    "discover": Helper(
        r"""# discover INSTANCE WORKFLOW: find the instance of a run that has not been answered yet.
discover() {
  local end=$((SECONDS + LIMIT))
  while [ $SECONDS -le $end ]; do
    call - GET "/instances?workflowID=$(ref "$2")"
    python3 -c '
import json, pathlib, sys
known = {path.read_text().strip() for path in pathlib.Path(sys.argv[2]).glob("i*[0-9]")}
found = [e["id"] for e in json.load(open(sys.argv[1]))["data"] or [] if e["id"] not in known]
print(found[0])' "$last" "$ids" > "$ids/found.$1" 2>/dev/null && mv "$ids/found.$1" "$ids/$1" && return
    sleep 0.1
  done
}
""",
        "discover ",
        needs=("call", "ref"),
    ),
}
