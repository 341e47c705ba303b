"""The lines of a script for each step of a visit."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from loadtest.navigation.point import Transport
from loadtest.navigation.states import Step
from loadtest.replay.script.acts import act_lines
from loadtest.replay.script.helpers import HEAR_POLLING
from loadtest.replay.script.source import literal
from loadtest.replay.script.telling import ONLY_PAGE, Telling

__all__ = ["lines_of"]

_EARLY = frozenset({"P05", "P06", "P06b", "P22", "P23"})
"""Points of visits over long-polling that never wait for a packet."""
_SESSION = (
    'session = "&sid=" + json.loads(get.getresponse().read()[1:])["sid"]',
    "url += session",
)


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
    request, before = f"HOST + {telling.path}", list[str]()
    if telling.has_cookies and telling.is_function:  # urllib adds none of its own beside a header of ours
        before = [_cookie_line(telling)]
        request = f'urllib.request.Request({request}, headers=HEADERS | {{"Cookie": cookie}})'
    elif telling.has_headers:
        request = f"urllib.request.Request({request}, headers=HEADERS)"
    return [
        *before,
        f"browser = urllib.request.build_opener({_NO_PROXY}, urllib.request.HTTPCookieProcessor(cookies))",
        f'page = browser.open({request}).read().decode(errors="replace")',
        _cookie_line(telling),
        *telling.app.lines,
    ]


def _cookie_line(telling: Telling) -> str:
    pairs = 'f"{item.name}={item.value}" for item in cookies'
    if telling.has_cookies:
        return f'cookie = "; ".join([HEADERS["Cookie"], *({pairs})])'
    return f'cookie = "; ".join({pairs})'


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
        *(f"{name} = {telling.connection}" for name in telling.connections),
        *telling.kept(*telling.connections),
        'get.request("GET", url, headers=headers)',
    ]


def _read_poll(telling: Telling) -> list[str]:
    is_short = telling.way.transport is Transport.UPGRADE or telling.way.at in _EARLY
    return [
        *_SESSION,
        *([] if is_short else ["packets = []", "", *HEAR_POLLING, ""]),
    ]


def _ask_probe(telling: Telling) -> list[str]:
    del telling
    return ['get.request("GET", url, headers=headers)  # pending while it upgrades']


def _socket_lines(telling: Telling, more: str = "") -> list[str]:
    options = "" if telling.verifies else ', sslopt={"cert_reqs": ssl.CERT_NONE, "check_hostname": False}'
    given = "cookie=cookie" + (", header=HEADERS" if telling.has_headers else "")
    if telling.has_cookies:  # else there would be two lines of them
        given = 'header=HEADERS | {"Cookie": cookie}'
    telling.has_socket = True
    return [
        f'url = "ws" + HOST[4:] + {_address(telling, "websocket", more)}',
        f"ws = websocket.create_connection(url, 10, {given}{options})",
        *telling.kept("ws"),
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
        *telling.kept("get"),
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


def _leave_namespace(telling: Telling) -> list[str]:
    lines = telling.send(telling.app.disconnects[-1])
    return [*lines, *(telling.finish_posting() or ["time.sleep(0.1)  # the connection stays meanwhile"])]


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
        Step.LEAVE_NAMESPACE: _leave_namespace,
    }
)
