#!/bin/sh
# One night: run, compare with the last night, and tell by the exit code whether anybody has to look.
#
#   nightly.sh [OPTION of conformance run]... [URL or TARGET]
#
# NIGHTS (default: nights) is a directory that is kept from night to night: it holds the report of each, examples of
# findings, and history.html. KEEP (default: 60) is how many nights stay. KNOWN (default: known.yaml) lists known
# deviations, if there is such a file. Everything else is told by options, by CONFORMANCE_... variables (secrets belong
# there), or by conformance.toml.
#
# Exit codes: 0 nothing new; 1 something is violated that the last night did not see; 2 wrong usage; 3 the server could
# not be judged; 130 interrupted.
set -eu

nights=${NIGHTS:-nights}
known=${KNOWN:-known.yaml}
mkdir -p "$nights"
# The last night on which the server could be tested.
last=$(find "$nights" -mindepth 2 -maxdepth 2 -name results.json | sort |
    while read -r each; do grep -q '"untested"' "$each" || echo "$each"; done | tail -n 1)
now=$nights/$(date -u +%Y%m%dT%H%M%SZ)

set -- --report-dir "$now" --database "$nights/examples" "$@"
[ -z "$last" ] || set -- --against "$last" "$@"
[ ! -f "$known" ] || set -- --known "$known" "$@"

code=0
conformance run "$@" || code=$?

# Also a night on which nothing could be tested has its report, and its place in the history.
find "$nights" -mindepth 1 -maxdepth 1 -type d -name '2*' | sort -r | tail -n "+$((${KEEP:-60} + 1))" |
    while read -r old; do rm -rf "$old"; done
conformance history "$nights" --html "$nights/history.html" || true

# What the last night has told already is no alarm once more.
if [ "$code" -eq 1 ] && [ -n "$last" ]; then
    conformance compare "$last" "$now"
else
    exit "$code"
fi
