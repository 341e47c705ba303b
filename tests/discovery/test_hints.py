"""What scripts say about the socket that they open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.discovery.hints import Emit, Hints, inline_scripts, read_hints, script_addresses

PAGE = """\
<!doctype html>
<script src="/static/app.js"></script>
<SCRIPT type=module src='vendor/a.js?v=1'></SCRIPT>
<script src=plain.js></script>
<script>let inline = "</b>";</script>
<script src="/static/app.js"></script>
<script>open"""


def hints_of(*texts: str, addresses: tuple[str, ...] = (), path: str = "/") -> Hints:
    return read_hints(texts, addresses, path)


def test_a_pages_scripts_are_found_in_their_order() -> None:
    assert script_addresses(PAGE) == ["/static/app.js", "vendor/a.js?v=1", "plain.js"]
    assert inline_scripts(PAGE) == ['let inline = "</b>";', "open"]


@pytest.mark.parametrize(
    ("script", "namespaces"),
    [
        ("const socket = io();", ("/",)),
        ('io("/chat")', ("/chat",)),
        ("io.connect('http://127.0.0.1:5000/chat/')", ("/chat",)),
        ("io(`${location.origin}/news`, {})", ("/news",)),
        ('io("https://127.0.0.1:5000")', ("/",)),
        ('io({ path: "/x" }); io("/chat")', ("/", "/chat")),
        ("radio(1); audio.io_(2)", ()),
    ],
)
def test_namespaces_are_what_the_client_is_called_with(script: str, namespaces: tuple[str, ...]) -> None:
    assert hints_of(script).namespaces == namespaces


@pytest.mark.parametrize(
    ("script", "paths"),
    [
        ('io({ path: "/ws/socket.io" })', ("/ws/socket.io/",)),
        ("io('/chat', {'path': '/a/b/', transports: []})", ("/a/b/",)),
        ("io(); router({ path: '/pages' })", ()),
        ("new WebSocket(`${origin}/socket.io/?EIO=4&transport=websocket`)", ("/socket.io/",)),
        ('io({ path: "/with blank" })', ()),
        ('io({ path: "/line\\r\\nX-Header: 1" })', ()),
    ],
)
def test_the_sockets_path_is_an_option_or_part_of_an_address(script: str, paths: tuple[str, ...]) -> None:
    assert hints_of(script).socket_paths == paths


@pytest.mark.parametrize(
    ("address", "page", "paths"),
    [
        ("/socket.io/socket.io.js", "/", ("/socket.io/",)),
        ("socket.io/socket.io.min.js?v=4", "/sub/page", ("/sub/socket.io/",)),
        ("/a/socket.io.esm.min.js", "/", ("/a/",)),
        ("https://cdn.socket.io/4.8.1/socket.io.min.js", "/", ()),
        ("//cdn.socket.io/4.8.1/socket.io.min.js", "/", ()),
        ("http://[/socket.io/socket.io.js", "/", ()),
    ],
)
def test_a_client_that_the_server_itself_gives_tells_the_path(
    address: str, page: str, paths: tuple[str, ...]
) -> None:
    assert hints_of(addresses=(address,), path=page).socket_paths == paths


@pytest.mark.parametrize(
    ("script", "transports"),
    [
        ("io()", ()),
        ('io({transports: ["websocket", "polling"]})', ("websocket", "polling")),
        ("io('/', { 'transports': ['polling'] })", ("polling",)),
        ("io({transports: ['webtransport', 'websocket']})", ("websocket",)),
    ],
)
def test_transports_are_read_in_their_order(script: str, transports: tuple[str, ...]) -> None:
    found = hints_of(script)

    assert (found.has_client, found.transports) == (True, transports)


@pytest.mark.parametrize(
    ("script", "emit"),
    [
        ('socket.emit("join", { visitor }, 0)', Emit("join", ("visitor",), True)),
        ("s.emit('join', {room: r, name: 'x'}, (answer) => {})", Emit("join", ("room", "name"), True)),
        ("s.emit('join', {room: r})", Emit("join", ("room",), False)),
        ("s.emit('ping')", Emit("ping", (), False)),
        ("s.emit('ping', answer => 1)", Emit("ping", (), True)),
        ("s.emit('a'); s.on('connect', () => s.emit('b', {}))", Emit("b", (), False)),
        ("emitter()", None),
    ],
)
def test_the_event_of_connecting_is_preferred(script: str, emit: Emit | None) -> None:
    assert hints_of(script).emit == emit


pieces = st.sampled_from(
    [
        "<script",
        "</script>",
        ">",
        "src=",
        '"',
        "'",
        "io(",
        "emit(",
        "path:",
        "{",
        "}",
        "transports:[",
        "?EIO=4",
    ]
)


@given(st.lists(pieces | st.text(max_size=4), max_size=40).map("".join))
def test_no_text_is_too_odd_for_a_hint(text: str) -> None:
    hints = read_hints(inline_scripts(text), script_addresses(text), "/")

    assert all(path.startswith("/") and path.endswith("/") for path in hints.socket_paths)
    assert all(name.startswith("/") for name in hints.namespaces)


@pytest.mark.parametrize(
    "piece", ["<script", "<script>", "io(", "emit('a',{", ".on('connect'", "a/", "transports:["]
)
def test_a_page_made_to_be_slow_is_not(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    read_hints([*inline_scripts(text), text], script_addresses(text), "/")
