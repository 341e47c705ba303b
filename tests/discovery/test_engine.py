"""Finding an Engine.IO server by trying."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtest.apps.app import Access
from loadtest.discovery.engine import Engine, Family, Trial, Version, try_namespaces, try_path
from loadtest.discovery.fetch import Fetcher, Patience
from loadtest.navigation.packet import Open
from loadtest.navigation.point import Transport
from loadtest.transport.target import Target
from tests.discovery.hosts import app, everywhere, http
from tests.transport.server import Peer, frame

PATIENT = Patience(each_s=10, total_s=20)
QUICK = Patience(each_s=0.5, total_s=2)


def trial_of(url: str, path: str = "/socket.io/") -> Trial:
    with Fetcher(Target.resolve(url), Access(), PATIENT) as fetcher:
        return try_path(fetcher, path)


@pytest.mark.parametrize(
    ("transports", "words"),
    [
        (["polling", "websocket"], "Engine.IO 4 over websocket and polling"),
        (["websocket"], "Engine.IO 4 over websocket"),
        (["polling"], "Engine.IO 4 over polling"),
    ],
    ids=str,
)
def test_the_transports_are_those_that_answer(tmp_path: Path, transports: Sequence[str], words: str) -> None:
    with app(tmp_path, transports=transports) as running:
        trial = trial_of(running.url)

    assert trial.words == words
    assert trial.engine is not None
    assert set(trial.engine.transports) == set(map(Transport, transports))
    assert (trial.engine.open.ping_interval_s, trial.engine.open.ping_timeout_s) == (3, 1)
    assert (trial.engine.family, trial.version) == (Family.PYTHON, Version.CURRENT)


def test_a_path_without_a_server_says_what_answered(tmp_path: Path) -> None:
    with app(tmp_path) as running:
        trial = trial_of(running.url, "/ws/socket.io/")

    assert trial == Trial("/ws/socket.io/", None, "answered 404; WebSocket: upgrade answered 403")


@pytest.mark.parametrize(
    "payload",
    [
        b'85:0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}2:40',
        b'\x00\x09\x06\xff0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}',
    ],
    ids=["text", "binary"],
)
def test_engine_io_3_is_recognised(payload: bytes) -> None:
    def old(peer: Peer) -> None:
        peer.request()
        peer.send(http(payload))

    with everywhere(old) as target, Fetcher(target, Access(), PATIENT) as fetcher:
        trial = try_path(fetcher, "/socket.io/")

    assert (trial.engine, trial.version) == (None, Version.OLD)
    assert trial.words == "Engine.IO 3 (Socket.IO 2 and before)"


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_namespaces_are_entered_or_refused_with_the_servers_reason(tmp_path: Path, transport: str) -> None:
    with (
        app(tmp_path, transports=[transport], namespaces=["/", "/chat"]) as running,
        Fetcher(Target.resolve(running.url), Access(), PATIENT) as fetcher,
    ):
        engine = try_path(fetcher, "/socket.io/").engine
        assert engine is not None
        reasons = try_namespaces(fetcher, engine, ["/", "/chat", "/nowhere"])

    assert reasons == {"/": None, "/chat": None, "/nowhere": '"Unable to connect"'}
    assert running.log.read_text().splitlines()[-1] == "left: client disconnect"


def test_a_server_that_answers_no_connect_is_told() -> None:
    def mute(peer: Peer) -> None:
        peer.upgrade(frame('0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":5000}'))
        peer.end()

    engine = Engine("/socket.io/", (Transport.WEBSOCKET,), Open("x", 25, 5), Family.OTHER, "")
    with everywhere(mute) as target, Fetcher(target, Access(), QUICK) as fetcher:
        assert try_namespaces(fetcher, engine, ["/"]) == {"/": "no answer to CONNECT"}


opens = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=60).map(lambda data: b"0" + data),
    st.binary(max_size=60).map(lambda data: b'0{"sid":"' + data),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["sid", "pingInterval", "pingTimeout"]), inner, max_size=3)
        ),
        max_leaves=5,
    ).map(lambda value: b"0" + repr(value).replace("'", '"').encode("utf-8", "replace")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(payload=opens, is_framed=st.booleans())
def test_whatever_stands_in_the_place_of_an_open_packet_is_a_trial(payload: bytes, is_framed: bool) -> None:
    def answer(peer: Peer) -> None:
        request = peer.request()
        if b"websocket" in request and is_framed:
            peer.buffer = request + b"\r\n\r\n"
            peer.upgrade(frame(payload) + payload)
        else:
            peer.send(http(payload) if is_framed else payload)

    with everywhere(answer) as target, Fetcher(target, Access(), QUICK) as fetcher:
        trial = try_path(fetcher, "/socket.io/")
        if trial.engine:
            try_namespaces(fetcher, trial.engine, ["/"])


def test_a_session_that_was_polled_for_is_closed_again() -> None:
    posted: list[tuple[bytes, bytes]] = []

    def serve(peer: Peer) -> None:
        request = peer.request()
        if request.startswith(b"POST"):
            posted.append((request.split(b" ")[1], peer.take(1)))
        peer.send(http(b'0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":5000}'))

    with everywhere(serve) as target, Fetcher(target, Access(), PATIENT) as fetcher:
        try_path(fetcher, "/socket.io/")

    assert posted == [(b"/socket.io/?EIO=4&transport=polling&sid=abc", b"1")]
