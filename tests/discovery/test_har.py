"""Reading a browser's recording, and what is wrong with one."""

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.discovery.har import Entry, Frame, parse_har, read_har
from loadtest.errors import UsageError
from tests.discovery.hars import FOLDER, recorded


def har(*entries: Any) -> bytes:
    return json.dumps({"log": {"entries": list(entries)}}).encode()


def entry(**changes: Any) -> Entry:
    request = {"url": "http://127.0.0.1/a?b=c", "method": "get"}
    (read,) = parse_har(har({"request": request, **changes}), "a.har")
    return read


@pytest.mark.parametrize("name", ["board", "nicegui", "upgrade", "polling"])
def test_what_chromium_recorded_is_read(name: str) -> None:
    entries = read_har(FOLDER / f"{name}.har")

    pages = [entry for entry in entries if entry.is_page]
    assert [(page.path, page.status, page.kind) for page in pages] == [("/", 200, "document")] * 2
    assert all("<!doctype html>" in (page.body or "").lower() for page in pages)


def test_frames_have_a_side_a_time_and_a_text() -> None:
    socket = next(entry for entry in recorded("board") if entry.is_websocket)

    assert socket.frames is not None
    assert socket.frames[1] == Frame(True, 1795527951.5618591, "40")
    assert [frame.is_sent for frame in socket.frames[:4]] == [False, True, False, True]


def test_devtools_writes_the_times_of_frames_in_seconds() -> None:
    def in_seconds(entries: list[dict[str, Any]]) -> None:
        for one in entries:
            for message in one.get("_webSocketMessages", []):
                message["time"] /= 1000

    assert recorded("board", in_seconds) == recorded("board")


def test_binary_frames_are_left_out() -> None:
    messages = [
        {"type": "send", "data": "aGVsbG8=", "opcode": 2},
        {"type": "send", "data": "40", "opcode": 1},
    ]

    assert entry(_webSocketMessages=messages).frames == [Frame(True, None, "40")]


def test_what_an_entry_lacks_has_a_value_that_says_so() -> None:
    read = entry()

    assert (read.method, read.path, read.query, read.origin) == (
        "GET",
        "/a?b=c",
        [("b", "c")],
        "http://127.0.0.1",
    )
    assert (read.body, read.posted, read.frames, read.started_s, read.status) == (None, None, None, None, 0)


def test_a_body_in_base64_is_text_again() -> None:
    text = base64.b64encode("<p>é</p>".encode()).decode()

    assert entry(response={"content": {"text": text, "encoding": "base64"}}).body == "<p>é</p>"


def test_of_cookies_only_names_are_kept() -> None:
    read = entry(
        request={"url": "http://127.0.0.1/", "cookies": [{"name": "a", "value": "secret"}]},
        response={"cookies": [{"name": "b", "value": "secret"}, {"value": "?"}, 3]},
    )

    assert (read.cookies, read.set_cookies) == (["a"], ["b"])
    assert "secret" not in repr(read)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.har: line 1, column 1: not JSON: Expecting value"),
        (
            b'{"log":\n{]}',
            "a.har: line 2, column 2: not JSON: Expecting property name enclosed in double quotes",
        ),
        (b"\xff\xfe", "a.har: byte 0: not UTF-8, which JSON is written in"),
        (b"[" * 100_000, "a.har: not JSON: "),
        (b"[]", "a.har: [] is not an object; "),
        (b"{}", "a.har: log: is missing; "),
        (b'{"log": 3}', "a.har: log: 3 is not an object; "),
        (b'{"log": {"entries": {}}}', "a.har: log.entries: {} is not a list; "),
        (har(3), "a.har: log.entries[0]: 3 is not an object; "),
        (har({}), "a.har: log.entries[0].request: is missing; "),
        (har({"request": {}}), "a.har: log.entries[0].request.url: is missing; "),
        (har({"request": {"url": 5}}), "a.har: log.entries[0].request.url: 5 is not a string; "),
        (
            har({"request": {"url": "http://["}}),
            'a.har: log.entries[0].request.url: "http://[" is no address: Invalid IPv6 URL; ',
        ),
        (
            har({"request": {"url": "http://a:b"}}),
            'a.har: log.entries[0].request.url: "http://a:b" is no address: Port could not be cast',
        ),
        (
            har({"request": {"url": "http://a/", "postData": []}}),
            "a.har: log.entries[0].request.postData: [] is not an object; ",
        ),
        (
            har(
                {
                    "request": {"url": "http://a/"},
                    "response": {"content": {"text": "?", "encoding": "base64"}},
                }
            ),
            'a.har: log.entries[0].response.content.text: "?" is not base64; ',
        ),
        (
            har({"request": {"url": "http://a/"}, "_webSocketMessages": {}}),
            "a.har: log.entries[0]._webSocketMessages: {} is not a list; ",
        ),
        (
            har({"request": {"url": "http://a/"}, "_webSocketMessages": [{"type": "up"}]}),
            'a.har: log.entries[0]._webSocketMessages[0].type: "up" is not "send" or "receive"; ',
        ),
        (
            har({"request": {"url": "http://a/"}, "_webSocketMessages": [{"type": "send"}]}),
            "a.har: log.entries[0]._webSocketMessages[0].data: is missing; ",
        ),
    ],
    ids=str,
)
def test_a_file_that_is_no_recording_says_what_is_wrong_where(data: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_har(data, "a.har")

    assert str(caught.value).startswith(message)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.har: cannot be read: No such file or directory"):
        read_har(tmp_path / "nowhere.har")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["log", "entries", "request", "url", "response", "content", "text", "time", "data"]
            )
            | st.sampled_from(
                ["_webSocketMessages", "type", "postData", "cookies", "name", "startedDateTime"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
entries = st.fixed_dictionaries(
    {"request": st.fixed_dictionaries({"url": st.sampled_from(["http://a/", "ws://a/?EIO=4"])})},
    optional={
        "startedDateTime": json_values,
        "time": json_values,
        "response": st.dictionaries(
            st.sampled_from(["status", "content", "cookies", "headers"]), json_values
        ),
        "_webSocketMessages": json_values,
    },
)


@given(st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()))
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UsageError):
        parse_har(data, "a.har")


@given(st.lists(entries, max_size=3))
def test_entries_with_anything_in_them_are_read_or_refused(rows: list[Any]) -> None:
    with contextlib.suppress(UsageError):
        assert len(parse_har(har(*rows), "a.har")) == len(rows)
