"""The lines of a script for each step of a visit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from loadtest.navigation.act import Act
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.states import Step
from loadtest.replay.script.acts import act_lines
from loadtest.replay.script.app_part import AppPart
from loadtest.replay.script.source import INSTEAD, CannotScriptError, literal
from loadtest.replay.script.way import Way

__all__ = ["HEAR_WEBSOCKET", "ONLY_PAGE", "STAY", "Telling", "connections", "lines_of"]

ONLY_PAGE = frozenset({"P00", "P01", "P02", "P03"})
"""Points of visits that never open a socket."""
_WITHOUT_PINGS_S = 3.0
"""NiceGUI's servers ping every 4 s, and no others of the presets more often."""
_EARLY = frozenset({"P05", "P06", "P06b", "P22", "P23"})
"""Points of visits over long-polling that never wait for a packet."""


@dataclass(slots=True)
class Telling:
    """What the steps of one way know while they are told, one after another."""

    way: Way
    app: AppPart
    acts: Sequence[Act] = ()
    socket_path: str = "/socket.io/"
    connection: str = "http.client.HTTPConnection(parts.netloc, timeout=60)"
    """Expression of a connection that HTTP goes over."""
    has_headers: bool = False
    """Whether there is a dict ``HEADERS`` that every request has."""
    is_function: bool = False
    """Whether the lines stand in a function, whose variables are gone when it ends."""
    verifies: bool = True
    """Whether a certificate is looked at."""
    has_socket: bool = field(init=False, default=False)
    """Whether a WebSocket carries the packets already."""
    is_posting: bool = field(init=False, default=False)
    """Whether the last POST's answer is unread."""
    is_listening: bool = field(init=False, default=False)
    """Whether a GET is pending."""

    @property
    def space(self) -> str:
        """The first namespace as packets spell it."""
        return "" if self.app.namespace == "/" else f"{self.app.namespace},"

    @property
    def path(self) -> str:
        """Expression of the page's path."""
        return "path" if self.is_function else literal(self.way.page)

    @property
    def headers_given(self) -> str:
        """What a request's call has for the headers."""
        return ", headers=HEADERS" if self.has_headers else ""

    @property
    def is_polling(self) -> bool:
        """Whether long-polling carries the packets."""
        return self.way.transport is not Transport.WEBSOCKET and not self.has_socket

    def send(self, *packets: str) -> list[str]:
        """Return the lines that send packets, given as expressions."""
        if not self.is_polling:
            return [f"ws.send({packet})" for packet in packets]
        body = ' + "\\x1e" + '.join(packets)
        lines = [*self.finish_posting(), f'post.request("POST", url, {body}, headers)']
        self.is_posting = True
        return lines

    def finish_posting(self) -> list[str]:
        """Return the line that reads the answer of a POST that still waits for it."""
        if not self.is_posting:
            return []
        self.is_posting = False
        return ["post.getresponse().read()"]

    def hear(self, begin: str) -> list[str]:
        """Return the lines that wait for a packet that begins so; ``begin`` is an expression."""
        if not self.is_polling:
            return [f"hear(ws, {begin})"]
        return [*self.finish_posting(), *self.listen(), f"hear({begin})"]

    def listen(self) -> list[str]:
        """Return the line that makes a GET pending, unless one is."""
        if not self.is_polling or self.is_listening:
            return []
        self.is_listening = True
        return ['get.request("GET", url, headers=headers)']

    def stay(self, seconds: float) -> list[str]:
        """Return the lines that let time pass; over a WebSocket pings are answered that can come meanwhile.

        Raises:
            CannotScriptError: it is too long for long-polling, whose pings nobody would answer.
        """
        if seconds < _WITHOUT_PINGS_S:
            return [
                *self.finish_posting(),
                *self.listen(),
                *([f"time.sleep({seconds:.3g})"] if seconds else []),
            ]
        if self.is_polling:
            raise CannotScriptError(
                f"a stay of {seconds:.3g} s over long-polling has pings to answer; {INSTEAD}"
            )
        return [f"stay(ws, {seconds:.3g})"]

    def half(self, packet: str) -> list[str]:
        """Return the lines that send half of a packet, or of the POST that brings it."""
        if not self.is_polling:
            return [
                f"frame = websocket.ABNF.create_frame({packet}, websocket.ABNF.OPCODE_TEXT).format()",
                "ws.sock.sendall(frame[: len(frame) // 2])",
            ]
        return [
            *self.finish_posting(),
            f"body = {packet}",
            'length = {"Content-Length": str(len(body))}',
            'post.request("POST", url, body[: len(body) // 2], headers | length)',
        ]


def lines_of(step: Step, telling: Telling) -> list[str]:
    """Return the lines of one step."""
    return _STEPS[step](telling)


_NO_PROXY = "urllib.request.ProxyHandler({})"


def _ask_page(telling: Telling) -> list[str]:
    if telling.way.at not in ONLY_PAGE:
        return []
    return [f'page.request("GET", parts.path + {telling.path}{telling.headers_given})']


def _send_half_request(telling: Telling) -> list[str]:
    return [
        "page.connect()",
        f'page.sock.sendall(("GET " + parts.path + {telling.path} + " HTTP/1.1\\r\\nHost: ").encode())',
    ]


def _read_page(telling: Telling) -> list[str]:
    if telling.way.at == "P03":
        return ["sock = page.sock", "page.getresponse().read()"]
    request = f"HOST + {telling.path}"
    if telling.has_headers:
        request = f"urllib.request.Request({request}, headers=HEADERS)"
    return [
        f"browser = urllib.request.build_opener({_NO_PROXY}, urllib.request.HTTPCookieProcessor(cookies))",
        f'page = browser.open({request}).read().decode(errors="replace")',
        'cookie = "; ".join(f"{item.name}={item.value}" for item in cookies)',
        *telling.app.lines,
    ]


def _address(telling: Telling, transport: str, more: str = "") -> str:
    """Return the expression of the socket's address, without its host."""
    begin = literal(f"{telling.socket_path}?EIO=4&transport={transport}{'&' if telling.app.query else ''}")
    return f"{begin} + {telling.app.query}{more}" if telling.app.query else f"{begin}{more}"


def _http_headers(telling: Telling) -> str:
    return f'headers = {"HEADERS | " if telling.has_headers else ""}{{"Cookie": cookie}}'


def _ask_poll(telling: Telling) -> list[str]:
    return [
        f"url = parts.path + {_address(telling, 'polling')}",
        _http_headers(telling),
        *(f"{name} = {telling.connection}" for name in connections(telling)),
        'get.request("GET", url, headers=headers)',
    ]


def connections(telling: Telling) -> tuple[str, ...]:
    """Return the names of the connections that long-polling has."""
    at, manner = telling.way.at, telling.way.manner
    if at == "P04" or (at == "P05" and manner is not Manner.EIO_CLOSE):
        return ("get",)
    return ("get",) if telling.way.transport is Transport.UPGRADE and at != "P05" else ("get", "post")


def _read_poll(telling: Telling) -> list[str]:
    is_short = telling.way.transport is Transport.UPGRADE or telling.way.at in _EARLY
    return [
        *_SESSION,
        *([] if is_short else ["packets = []", "", *_HEAR_POLLING, ""]),
    ]


_SESSION = (
    'session = "&sid=" + json.loads(get.getresponse().read()[1:])["sid"]',
    "url += session",
)
_HEAR_POLLING = (
    "def hear(begin):",
    '    """Poll until a packet begins so; a GET is pending afterwards."""',
    "    while not (found := [packet for packet in packets if packet.startswith(begin)]):",
    '        packets.extend(get.getresponse().read().decode().split("\\x1e"))',
    '        get.request("GET", url, headers=headers)',
    "    packets.remove(found[0])",
    '    print("  <", ascii(found[0][:100]))',
    "    return found[0]",
)
HEAR_WEBSOCKET = (
    "def hear(ws, begin):",
    '    """Receive until a packet begins so; answer pings."""',
    "    while not (packet := str(ws.recv())).startswith(begin):",
    '        if packet == "2":',
    '            ws.send("3")',
    '    print("  <", ascii(packet[:100]))',
    "    return packet",
)
STAY = (
    "def stay(ws, seconds):",
    '    """Stay for a while; answer pings."""',
    "    until = time.monotonic() + seconds",
    "    while (left := until - time.monotonic()) > 0:",
    "        ws.settimeout(left)",
    "        with contextlib.suppress(websocket.WebSocketTimeoutException):",
    '            if ws.recv() == "2":',
    '                ws.send("3")',
)


def _ask_probe(telling: Telling) -> list[str]:
    del telling
    return ['get.request("GET", url, headers=headers)  # pending while it upgrades']


def _socket_lines(telling: Telling, more: str = "") -> list[str]:
    options = "" if telling.verifies else ', sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False}'
    headers = ", header=HEADERS" if telling.has_headers else ""
    telling.has_socket = True
    return [
        f'url = "ws" + HOST[4:] + {_address(telling, "websocket", more)}',
        f"ws = websocket.create_connection(url, 10, cookie=cookie{headers}{options})",
    ]


def _read_probe_upgrade(telling: Telling) -> list[str]:
    return _socket_lines(telling, " + session")


def _ask_upgrade(telling: Telling) -> list[str]:
    if telling.way.at != "P12":
        return []
    return [
        f"url = parts.path + {_address(telling, 'websocket')}",
        _http_headers(telling),
        'headers |= {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}',
        'headers["Sec-WebSocket-Key"] = base64.b64encode(os.urandom(16)).decode()',
        f"get = {telling.connection}",
        'get.request("GET", url, headers=headers)',
    ]


def _read_open(telling: Telling) -> list[str]:
    del telling
    return ['hear(ws, "0{")']


def _send_upgrade(telling: Telling) -> list[str]:
    del telling
    return ["get.getresponse().read()  # 6: long-polling is over", 'ws.send("5")']


def _early_event(telling: Telling) -> list[str]:
    return telling.send(telling.app.handshake or _own_event(telling))


def _own_event(telling: Telling) -> str:
    return repr(f'42{telling.space}["loadtest","no page sends this"]')


def _await_connect(telling: Telling) -> list[str]:
    return [line for reply in telling.app.replies for line in telling.hear(reply)]


def _guarded(telling: Telling, lines: list[str]) -> list[str]:
    if not telling.app.unless:
        return lines
    return [f"if {telling.app.unless}:", *(f"    {line}" for line in lines)]


def _send_handshake(telling: Telling) -> list[str]:
    return _guarded(telling, telling.send(telling.app.handshake))


def _await_answer(telling: Telling) -> list[str]:
    lines = telling.finish_posting()
    if telling.app.answer:
        lines += telling.hear(telling.app.answer)
    return _guarded(telling, lines) if lines else []


def _dwell(telling: Telling) -> list[str]:
    return [*act_lines(telling.acts, telling), *telling.stay(telling.way.dwell_s)]


def _send_half_binary(telling: Telling) -> list[str]:
    placeholder = '{"_placeholder":true,"num":0}'
    return telling.send(repr(f'451-{telling.space}["loadtest",{placeholder}]'))


def _await_ping(telling: Telling) -> list[str]:
    return [*_patience(telling), *telling.hear('"2"')]


def _patience(telling: Telling) -> list[str]:
    return [] if telling.is_polling else ["ws.settimeout(60)  # pings come every 25 s by default"]


_STEPS: Mapping[Step, Callable[[Telling], list[str]]] = MappingProxyType(
    {
        Step.ASK_PAGE: _ask_page,
        Step.SEND_HALF_REQUEST: _send_half_request,
        Step.READ_PAGE: _read_page,
        Step.ASK_POLL: _ask_poll,
        Step.READ_POLL: _read_poll,
        Step.ASK_PROBE: _ask_probe,
        Step.READ_PROBE_UPGRADE: _read_probe_upgrade,
        Step.SEND_PROBE: lambda _: ['ws.send("2probe")'],
        Step.READ_PROBE: lambda _: ["ws.recv()  # 3probe"],
        Step.SEND_UPGRADE: _send_upgrade,
        Step.ASK_UPGRADE: _ask_upgrade,
        Step.READ_UPGRADE: _socket_lines,
        Step.READ_OPEN: _read_open,
        Step.SEND_EARLY_EVENT: _early_event,
        Step.SEND_CONNECT: lambda telling: telling.send(*telling.app.connects),
        Step.SEND_CONNECT_TWICE: lambda telling: telling.send(telling.app.connects[0], *telling.app.connects),
        Step.SEND_BOTH: lambda telling: telling.send(*telling.app.connects, telling.app.handshake),
        Step.AWAIT_CONNECT: _await_connect,
        Step.SEND_HANDSHAKE: _send_handshake,
        Step.AWAIT_ANSWER: _await_answer,
        Step.DWELL: _dwell,
        Step.SEND_HALF_POST: lambda telling: telling.half(' + "\\x1e" + '.join(telling.app.connects)),
        Step.SEND_HALF_HANDSHAKE: lambda telling: telling.half(telling.app.handshake),
        Step.SEND_HALF_FRAME: lambda telling: telling.half(_own_event(telling)),
        Step.SEND_HALF_BINARY: _send_half_binary,
        Step.AWAIT_PING: _await_ping,
        Step.LEAVE_NAMESPACE: lambda telling: telling.send(telling.app.disconnects[-1]),
    }
)
