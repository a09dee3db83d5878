"""The helpers of generated shell scripts, with which each step takes one line."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.scenarios.snippets.helpers import Formed, Helper
from conformance.scenarios.snippets.python_helpers import ANSWERS_CODE as _CODE
from conformance.target.forms import ACCEPTED, JSON_TYPE, JSON_TYPE_WITH_CHARSET

HELPERS: Mapping[str, Helper] = {
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
  local name=$1 method=$2 path=$3 out status made; shift 3
  out=$(mktemp -p "$ids")
  local shown="Bearer $TOKEN"; case $TOKEN in *" "*) shown=$TOKEN ;; esac
  local args=(-sS -g --path-as-is -X "$method" -o "$out" -w '%{http_code}' ${TOKEN:+-H "authorization: $shown"})
  args+=(${LEAVE:+--max-time "$LEAVE" --no-show-error})
  # In a file, for a long body is no argument of a program.
  [ $# -eq 0 ] || printf %s "$1" > "$out.sent"
  [ $# -eq 0 ] || args+=(-H 'content-type: application/json' --data-binary "@$out.sent")
  status=$(curl "${args[@]}" "$BASE$path")
  echo "$method $path -> $status $(cat "$out")"
  echo "$status" > "$out.status"
  case "$method $path $status" in POST*/workflows\ 2*) made=DELETE;; POST*/instances\ 2*) made=PUT;; *) made=; esac
  [ -z "$made" ] || echo "$made $(id_in "$out")" >> "$ids/made.list"
  [ "$name" = - ] || id_in "$out" > "$ids/$name.new" 2>/dev/null && mv "$ids/$name.new" "$ids/$name" 2>/dev/null
  last=$out
}
# What the script made is cancelled and deleted at its end.
clean() {
  local method id
  tac "$ids/made.list" 2>/dev/null | while read -r method id; do
    [ "$method" = PUT ] && id="instances/$id/abort" || id="workflows/$id"
    curl -sS -g --path-as-is -X "$method" -o /dev/null ${TOKEN:+-H "authorization: Bearer $TOKEN"} "$BASE/$id"
  done
  rm -rf "$ids"
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
    "keep": Helper('keep() { cp "$last" "$ids/$1.body"; cp "$last.status" "$ids/$1.status"; }\n', "; keep "),
    "verdict": Helper(
        rf"""# verdict OBSERVED < PARTS: exit code 1 when all these parts of answers are what they were.
verdict() {{ python3 -c '
import json, pathlib, re, sys

{_CODE}


folder, observed, differing = pathlib.Path(sys.argv[1]), sys.argv[2], []
names = [path for path in folder.iterdir() if re.fullmatch("[a-z]+[0-9]+", path.name)]
ids = {{path.name: path.read_text().strip() for path in names}}
for name, status, pointer, value, steady in map(json.loads, sys.stdin):
    kept = folder / (name + ".status")
    answered = int(kept.read_text().strip() or 0) if kept.exists() else 0
    if answered in SILENT and answered != status:
        print("undecided: a request that would show it was not answered")
        sys.exit(2)
    text = (folder / (name + ".body")).read_bytes().decode(errors="replace")
    found = shown(text, pointer, ids) if value is not None else None
    if (answered, found) != (status, value):
        differing.append(steady)
if differing:
    print("not violated" if any(differing) else UNSTEADY)
    sys.exit(0 if any(differing) else 2)
print("violated: " + observed)
sys.exit(1)' "$ids" "$@"
}}
""",
        "verdict ",
    ),
}

FORMED: Formed = {
    "charset": (f"content-type: {JSON_TYPE}'", f"content-type: {JSON_TYPE_WITH_CHARSET}'"),
    "encoded": ('"$BASE$path"', '"$BASE${path//-/%2D}"'),
    "spaced": ("printf %s", "printf '\\n%s\\n'"),
    "accepting": ("args=(-sS -g", f"args=(-sS -H 'accept: {ACCEPTED}' -g"),
    "chunked": ("--data-binary", "-H 'transfer-encoding: chunked' --data-binary"),
}
