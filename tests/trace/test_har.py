"""Reading HAR files: tolerant of who made them, strict about what is proven."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conformance.trace.har import read_recordings
from conformance.trace.har_files import NoRecording, NotAHar
from conformance.wire.instant import MILLISECOND
from tests.recordings.reading import read_har

DATA = Path(__file__).parents[1] / "recordings" / "data"
HOST = "https://api.example/api/orchestration"


def entry(path: str, started: str | None, time: float | None = 3.4, **more: Any) -> dict[str, Any]:
    response = {"status": 200, "headers": [], "content": {"size": 2, "text": "{}"}}
    found = {
        "startedDateTime": started,
        "time": time,
        "request": {"method": more.pop("method", "GET"), "url": more.pop("host", HOST) + path, "headers": []},
        "response": response | more.pop("response", {}),
    }
    return found | more


def written(tmp_path: Path, *entries: Any) -> Path:
    path = tmp_path / "recording.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8")
    return path


def test_operations_are_found_behind_a_prefix(tmp_path: Path) -> None:
    trace = read_har(written(tmp_path, entry("/instances/i%201?x=a%20b", "2026-11-23T22:46:34.226Z")))
    exchange = trace.exchanges[0]
    assert (exchange.operation, exchange.params) == ("getInstance", {"instanceID": "i 1"})
    assert (exchange.request.path, exchange.request.query) == ("/instances/i%201", (("x", "a b"),))
    assert (trace.source, trace.settling) == ("recording", None)


def test_times_cut_to_milliseconds_prove_no_order_closer_than_that(tmp_path: Path) -> None:
    first = entry("/_info", "2026-11-23T22:46:34.226Z", 3.4)
    second = entry("/_info", "2026-11-23T22:46:34.230Z", 3.4)
    third = entry("/_info", "2026-11-23T22:46:34.240Z", 3.4)
    one, two, three = read_har(written(tmp_path, third, first, second)).exchanges
    assert (one.sent, one.received) == (0, 4_400_000)
    assert not one.before(two)
    assert two.before(three)
    assert [item.index for item in (one, two, three)] == [0, 1, 2]


@pytest.mark.parametrize(("started", "time"), [(None, 5), ("2026-11-23T22:46:34.226Z", None), ("yesterday", -1)])
def test_an_entry_without_times_overlaps_what_follows(tmp_path: Path, started: str | None, time: float | None) -> None:
    later = [entry("/_info", f"2026-11-23T22:46:3{second}.000Z") for second in (5, 9)]
    trace = read_har(written(tmp_path, entry("/workflows", started, time), *later))
    unknown = next(item for item in trace.exchanges if item.operation == "listWorkflows")
    assert not any(unknown.before(item) or item.before(unknown) for item in trace.exchanges if item is not unknown)
    assert trace.notes == ("without times, so in an order that is unknown: 1 of 3 entries",)


def test_timings_stand_in_for_a_missing_time(tmp_path: Path) -> None:
    timings = {"blocked": -1, "send": 1, "wait": 6, "receive": 2, "ssl": 50}
    trace = read_har(written(tmp_path, entry("/_info", "2026-11-23T22:46:34.226Z", None, timings=timings)))
    assert trace.exchanges[0].received == 10 * MILLISECOND


def test_base64_content_and_pseudo_headers(tmp_path: Path) -> None:
    response = {
        "headers": [{"name": ":status", "value": "200"}, {"name": "Content-Type", "value": "text/plain"}],
        "content": {"size": 2, "text": "//4=", "encoding": "base64"},
    }
    found = read_har(written(tmp_path, entry("/_info", "2026-11-23T22:46:34.226Z", response=response))).exchanges[0]
    assert found.response is not None
    assert (found.response.body, found.response.headers) == (b"\xff\xfe", (("content-type", "text/plain"),))


def test_an_answer_that_was_not_recorded_is_no_answer(tmp_path: Path) -> None:
    without_body = entry("/_info", "2026-11-23T22:46:34.226Z", response={"content": {"size": 22}})
    aborted = entry("/_info", "2026-11-23T22:46:35.226Z", response={"status": 0}, _error="net::ERR_ABORTED")
    exchanges = read_har(written(tmp_path, without_body, aborted)).exchanges
    assert [item.response for item in exchanges] == [None, None]
    assert [item.failure.message for item in exchanges if item.failure] == [
        "the recording lacks the body of this answer",
        "net::ERR_ABORTED",
    ]


def test_other_hosts_are_left_out_and_told(tmp_path: Path) -> None:
    other = entry("/logo.svg", "2026-11-23T22:46:34.226Z", host="https://cdn.example")
    trace = read_har(written(tmp_path, other, entry("/_info", "2026-11-23T22:46:35.226Z")))
    assert [item.operation for item in trace.exchanges] == ["getServerInfo"]
    assert trace.notes == ("sent to other hosts, and left out: 1 of 2 entries",)


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = written(tmp_path, entry("/_info", "2026-11-23T22:46:34.226Z"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_har(path).exchanges) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe", "it is not JSON in UTF-8"),
        (b"[" * 100_000, "it is not JSON in UTF-8"),
        (b"{}", "it has no log.entries"),
        (b'{"log":{"entries":[]}}', "it holds no entries"),
        (b'{"log":{"entries":[3]}}', "entry 1 has no request"),
        (b'{"log":{"entries":[{"request":{"method":"GET"}}]}}', "entry 1 lacks the method or the URL"),
        (b'{"log":{"entries":[{"request":{"method":"GET","url":"http://[x"}}]}}', "entry 1 has a URL that cannot"),
    ],
)
def test_what_is_no_har_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "broken.har"
    path.write_bytes(content)
    with pytest.raises(NotAHar, match=reason):
        read_har(path)


def test_bad_base64_is_named(tmp_path: Path) -> None:
    bad = entry("/_info", None, response={"content": {"text": "*", "encoding": "base64"}})
    with pytest.raises(NotAHar, match="entry 1 has content that is not base64"):
        read_har(written(tmp_path, bad))


def test_a_compressed_recording_is_read_under_either_name_and_by_its_directory(tmp_path: Path) -> None:
    plain = (DATA / "lifecycle-v1.har").read_bytes()
    (tmp_path / "exchanges.har.gz").write_bytes(gzip.compress(plain))
    whole = read_har(DATA / "lifecycle-v1.har").exchanges
    for path in (tmp_path / "exchanges.har.gz", tmp_path / "exchanges.har", tmp_path):
        assert read_har(path).exchanges == whole


def test_a_compressed_recording_that_was_cut_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.har.gz").write_bytes(gzip.compress(b"{}" * 500)[:-12])
    with pytest.raises(NotAHar, match="it cannot be read"):
        read_har(tmp_path / "cut.har.gz")


def test_a_recording_that_is_not_there_is_not_to_be_exported_again(tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match="There is no recording"):
        read_har(tmp_path / "none.har")


def _bytes(*paths: str) -> bytes:
    entries = [entry(path, f"2026-11-23T22:46:3{number}.226Z") for number, path in enumerate(paths)]
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def _zipped(tmp_path: Path, **members: bytes) -> Path:
    path = tmp_path / "artefacts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"logs/{name}", content)
    return path


def test_recordings_are_found_in_compressed_files_archives_and_directories(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.har").write_bytes(_bytes("/_info"))
    (tmp_path / "b.har.gz").write_bytes(gzip.compress(_bytes("/_info", "/workflows")))
    _zipped(tmp_path, **{"c.har": _bytes("/workflows"), "d.har.gz": gzip.compress(_bytes("/_info")), "e.txt": b"x"})
    found = {trace.id: len(trace.exchanges) for trace in read_recordings([tmp_path])}
    assert found == {"a": 1, "b.har": 2, "c": 1, "d.har": 1}


def test_standard_input_is_a_recording_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(_bytes("/_info"))))
    (trace,) = read_recordings([Path("-")])
    assert [each.operation for each in trace.exchanges] == ["getServerInfo"]


def test_what_holds_no_recording_is_explained(tmp_path: Path) -> None:
    (tmp_path / "broken.har.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    for path, reason in (
        (_zipped(tmp_path, readme=b"x"), "nothing in it ends with"),
        (tmp_path / "broken.har.gz", "cannot be read"),
    ):
        with pytest.raises(NotAHar, match=reason):
            read_recordings([path])
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotAHar, match="no file in it ends with"):
        read_recordings([tmp_path / "empty"])


def test_an_exchange_that_is_recorded_twice_is_one(tmp_path: Path) -> None:
    one = entry("/_info", "2026-11-23T22:46:34.226Z")
    later = entry("/_info", "2026-11-23T22:46:35.226Z")
    trace = read_har(written(tmp_path, one, later, one))
    assert len(trace.exchanges) == 2
    assert "recorded twice, with the same times, and counted once: 1 of 2 entries" in trace.notes


def test_a_prefix_can_be_given(tmp_path: Path) -> None:
    path = written(tmp_path, entry("/_info", "2026-11-23T22:46:34.226Z"))
    (trace,) = read_recordings([path], prefix="/api/orchestration")
    assert trace.exchanges[0].operation == "getServerInfo"
    (other,) = read_recordings([path], prefix="/elsewhere")
    assert other.exchanges[0].operation is None


def test_requests_without_their_bodies_say_nothing(tmp_path: Path) -> None:
    created = entry("/workflows", "2026-11-23T22:46:34.226Z", method="POST", response={"status": 201})
    created["request"]["bodySize"] = 30
    trace = read_har(written(tmp_path, created))
    assert trace.exchanges == ()
    assert any("bodies of requests (1) are missing" in note for note in trace.notes)
