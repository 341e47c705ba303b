"""Looking at running apps, at hosts that are none, and at some that mean no good."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtest.apps.app import Access, Login
from loadtest.discovery.draft import write_draft
from loadtest.discovery.fetch import Patience
from loadtest.discovery.finding import Finding
from loadtest.discovery.look import AT_LEISURE, look
from loadtest.discovery.sketch import sketch
from loadtest.errors import LoadtestError, NotRecognisedError
from loadtest.navigation.point import Transport
from loadtest.profile.load import parse_profile
from loadtest.transport.target import Target
from tests.discovery.hosts import app, everywhere, http, port_of_nobody
from tests.transport.server import Peer, frame

STOCK = (Transport.UPGRADE, Transport.WEBSOCKET)
QUICK = Patience(each_s=0.2, total_s=1.0)
OPEN = b'0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'


def looked(url: str, page: str = "/") -> tuple[Finding, list[str]]:
    told: list[str] = []
    return look(Target.resolve(url), page, AT_LEISURE, told.append), told


def test_what_is_found_is_told_line_by_line(tmp_path: Path) -> None:
    page = '<body data-visitor="$ID"><script>const s = io("/chat"); s.emit("join", {visitor})</script>'
    with app(tmp_path, namespaces=["/", "/chat"], pages={"/": page}) as running:
        finding, told = looked(running.url)

    assert told == [
        "page /: answered 200, 123 characters",
        "Socket.IO at /socket.io/: Engine.IO 4 over websocket and polling",
        "pings: every 3 s, time-out 1 s",
        "framework: python-socketio, told by its open packet",
        "namespace /chat: entered",
    ]
    assert finding.namespaces == ("/chat",)
    assert [(value.name, value.regex) for value in finding.values] == [("visitor", 'data-visitor="([^"]+)"')]


def test_a_namespace_that_only_the_script_knows_is_told(tmp_path: Path) -> None:
    with app(tmp_path, pages={"/": '<script>io("/chat"); io()</script>'}) as running:
        finding, told = looked(running.url)

    assert finding.namespaces == ("/",)
    assert finding.refused == (("/chat", '"Unable to connect"'),)
    assert 'namespace /chat: not entered: "Unable to connect"' in told


@pytest.mark.parametrize(
    "page",
    [
        '<script>io({ path: "/live/ws" })</script>',
        '<script src="/js/app.js"></script>',
        '<script src="js/../js/app.js?v=2"></script>',
    ],
)
def test_the_path_is_found_in_the_pages_scripts_and_in_those_of_its_host(tmp_path: Path, page: str) -> None:
    pages = {"/": page, "/js/app.js": "export const socket = io('/', { path: '/live/ws' });"}
    with app(tmp_path, socketio_path="live/ws", pages=pages) as running:
        finding, _ = looked(running.url)

    assert finding.engine.socket_path == "/live/ws/"


def test_an_app_below_a_path_is_found_from_its_page(tmp_path: Path) -> None:
    with app(
        tmp_path, socketio_path="sub/socket.io", pages={"/sub/": "x"}, locations={"/sub": "/sub/"}
    ) as running:
        finding, told = looked(running.url, "/sub")

    assert finding.engine.socket_path == "/sub/socket.io/"
    assert told[0] == "page /sub: answered 200, 1 characters, redirected to /sub/"


def test_paths_are_below_the_base_path_of_the_host(tmp_path: Path) -> None:
    page = '<script src="/sub/_nicegui/2.11.0/static/nicegui.js"></script>'
    with app(tmp_path, socketio_path="sub/_nicegui_ws/socket.io", pages={"/sub/": page}) as running:
        finding, told = looked(f"{running.url}/sub/")

    assert finding.engine.socket_path == "/_nicegui_ws/socket.io/"
    assert "framework: NiceGUI 2.11.0, told by its page's addresses" in told


@pytest.mark.parametrize(
    ("script", "transports", "drafted"),
    [
        ("io()", ["polling", "websocket"], STOCK),
        ('io({transports: ["websocket"]})', ["polling", "websocket"], (Transport.WEBSOCKET,)),
        ('io({transports: ["websocket", "polling"]})', ["polling", "websocket"], (Transport.WEBSOCKET,)),
        ('io({transports: ["polling", "websocket"]})', ["polling", "websocket"], STOCK),
        ("io()", ["websocket"], (Transport.WEBSOCKET,)),
        ("io()", ["polling"], (Transport.POLLING,)),
        ("new WebSocket(address)", ["polling", "websocket"], (Transport.WEBSOCKET,)),
    ],
)
def test_the_transport_is_the_pages_as_far_as_the_server_goes_along(
    tmp_path: Path, script: str, transports: list[str], drafted: tuple[Transport, ...]
) -> None:
    page = f"<script>{script}</script>"
    with app(tmp_path, transports=transports, pages={"/": page}) as running:
        draft = sketch(looked(running.url)[0])

    profile = parse_profile(write_draft(draft, "x.toml"), name="x", source="x.toml")
    assert draft.transports == profile.app.access.transports == drafted


def test_where_nobody_listens_it_says_so() -> None:
    url = port_of_nobody()

    with pytest.raises(NotRecognisedError, match=f"^{url}: nobody listens there: connection refused$"):
        looked(url)


def test_where_no_socket_is_it_says_what_was_tried_and_what_helps(tmp_path: Path) -> None:
    with (
        app(tmp_path, socketio_path="hidden", pages={"/": "<p>hello</p>"}) as running,
        pytest.raises(NotRecognisedError) as caught,
    ):
        looked(running.url)

    assert str(caught.value).splitlines() == [
        f"{running.url}: no Socket.IO server was recognised; tried",
        "  /socket.io/: answered 404; WebSocket: upgrade answered 403",
        "  /_nicegui_ws/socket.io/: answered 404; WebSocket: upgrade answered 403",
        "  /ws/socket.io/: answered 404; WebSocket: upgrade answered 403",
        "  /_event/: answered 404; WebSocket: upgrade answered 403",
        (
            "what helps: the address of a page that opens a socket; a browser's recording of it (--har); "
            "or a profile whose [app] has socket_path"
        ),
    ]


def test_a_server_of_engine_io_3_is_told_as_not_supported() -> None:
    def old(peer: Peer) -> None:
        request = peer.request()
        peer.send(http(b"85:" + OPEN + b"2:40" if b"EIO" in request else b"<html></html>"))

    with everywhere(old) as target, pytest.raises(NotRecognisedError, match=r"Engine\.IO 3 .* not supported"):
        look(target, "/", AT_LEISURE, lambda _: None)


def test_a_host_that_accepts_and_says_nothing_is_given_up_in_time() -> None:
    with everywhere(Peer.end) as target, pytest.raises(NotRecognisedError) as caught:
        look(target, "/", QUICK, lambda _: None)

    assert "/socket.io/: no answer within 0.2 s" in str(caught.value)
    assert "no time left for" in str(caught.value)


def test_a_log_in_comes_before_the_page() -> None:
    seen: list[bytes] = []

    def serve(peer: Peer) -> None:
        seen.append(peer.request().split(b"\r\n")[0])
        peer.send(http(b"no"))

    access = Access(login=Login("/login", form={"name": "ann"}))
    with everywhere(serve) as target, pytest.raises(NotRecognisedError):
        look(target, "/", AT_LEISURE, lambda _: None, access)

    assert seen[:2] == [b"POST /login HTTP/1.1", b"GET / HTTP/1.1"]


pages = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [
                b"<script>io(",
                b'"/chat"',
                b"{path:'/a\x00b'}",
                b")</script>",
                b'data-x="',
                b'"',
                b"/_nicegui/2.0/",
                b'<meta property="og:root_path" content="//evil">',
                b"emit('\\u0007', {a,b:1})",
                b"\xff\xfe",
                b"?EIO=4",
                b"<script src='http://[/'>",
                b"\xed\xa0\x80",
            ]
        ),
        max_size=12,
    ).map(b"".join),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=pages, other=pages, is_raw=st.booleans())
def test_whatever_a_page_holds_a_profile_or_an_error_of_ours_comes_of_it(
    page: bytes, other: bytes, is_raw: bool
) -> None:
    count = 0

    def serve(peer: Peer) -> None:
        nonlocal count
        request = peer.request()
        count += 1
        if b"transport=websocket" in request:
            peer.buffer = request + b"\r\n\r\n"
            peer.upgrade(frame(OPEN) + frame('40{"sid":"y"}'))
            peer.end()
        elif b"EIO=4" in request:
            peer.send(http(OPEN))
        else:
            peer.send(page if is_raw else http(page if count == 1 else other))

    with everywhere(serve) as target:
        try:
            finding = look(target, "/", QUICK, lambda _: None)
        except LoadtestError:
            return
    parse_profile(write_draft(sketch(finding), "x.toml"), name="x", source="x.toml")
