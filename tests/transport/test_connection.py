"""One Engine.IO connection, step by step, over each transport."""

import re
from collections.abc import Callable

import pytest

from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.transport.connection import Connection
from loadtest.transport.fault import VisitError
from loadtest.transport.keeper import Keeper
from loadtest.transport.page import PageRequests
from loadtest.transport.polling import PollRequests
from loadtest.transport.site import Behaviour, Errand, Site
from loadtest.transport.tab import Shown, Tab
from loadtest.transport.target import Target
from loadtest.transport.upgrade import UpgradeRequests
from tests.transport.plain_app import HANDSHAKE, PlainApp
from tests.transport.server import (
    OPEN,
    Peer,
    Script,
    Served,
    acts,
    answer,
    frame,
    gets,
    posts,
    resets,
    sends,
    serve,
    upgrades,
)


def site_of(served: Served) -> Site:
    target = Target.resolve(served.url)
    return Site(
        target=target,
        app=PlainApp(),
        pages=PageRequests(target, {}),
        polls=PollRequests(target, "/s/", {}),
        upgrades=UpgradeRequests(target, "/s/", {}),
        deadlines_s=dict.fromkeys(Phase, 5.0),
        keeper=Keeper(),
    )


def connecting(
    act: Callable[[Connection], object], *scripts: Script, query: str = "a=1", tab: Tab | None = None
) -> None:
    """Do something with a connection to a server that follows these scripts."""
    with serve(*scripts) as served:
        errand = Errand(
            number=1,
            shown=Shown("/"),
            move=Move.NAVIGATE,
            navigation="0" * 32,
            trace=b"traceparent: t\r\n",
            behaviour=Behaviour(PlainApp().open),
            onward=lambda: None,
        )
        connection = Connection(site_of(served), tab or Tab(), errand, query)
        try:
            act(connection)
        finally:
            connection.close()


def first_line(head: bytes) -> bytes:
    return re.sub(rb"t=\w{8}&", b"", head.split(b"\r\n")[0])


def test_over_a_websocket_packets_are_frames_of_one_line() -> None:
    heads: list[bytes] = []
    received: list[object] = []

    def act(connection: Connection) -> None:
        connection.ask_upgrade()
        assert len(connection.lines) == 1
        connection.read_upgrade()
        assert connection.channel is connection.socket
        received.append(connection.channel.receive())
        connection.channel.send_all(["40", HANDSHAKE])

    def script(peer: Peer) -> None:
        heads.append(peer.upgrade(frame(OPEN)))
        received.extend([peer.hear(), peer.hear(), peer.end()])

    connecting(act, script)
    assert first_line(heads[0]) == b"GET /s/?EIO=4&transport=websocket&a=1 HTTP/1.1"
    assert received == [OPEN, (0x81, b"40"), (0x81, HANDSHAKE.encode()), "fin"]


def test_over_polling_packets_are_payloads_of_two_lines() -> None:
    heads: list[bytes] = []
    posted: list[str] = []
    received: list[object] = []

    def act(connection: Connection) -> None:
        connection.ask_poll()
        assert connection.channel is connection.polling
        received.append(connection.channel.receive())
        connection.channel.send_all(["40", b"\x01"])
        received.append(connection.channel.receive())
        assert len(connection.lines) == 2

    connecting(act, gets(OPEN, "40", into=heads), posts(posted))
    assert first_line(heads[0]) == b"GET /s/?EIO=4&transport=polling&a=1 HTTP/1.1"
    assert (received, posted) == ([OPEN, "40"], ["40\x1ebAQ=="])


def upgrade(connection: Connection) -> list[object]:
    """Go from nothing to the WebSocket, and return what came over long-polling meanwhile."""
    connection.ask_poll()
    connection.channel.receive()
    connection.ask_probe("abc")
    connection.read_upgrade()
    connection.send_probe()
    assert connection.read_probe() == "3probe"
    last: list[object] = [*connection.read_last_polls()]
    assert connection.channel is connection.polling
    connection.send_upgrade()
    assert connection.polling is None
    assert connection.channel is connection.socket
    return last


def probed(heard: list[object]) -> Script:
    def script(peer: Peer) -> None:
        head = peer.upgrade()
        heard.append(first_line(head))
        heard.append(peer.hear())
        peer.say("3probe")
        heard.append(peer.hear())
        heard.append(peer.end())

    return script


UPGRADE_LINE = b"GET /s/?EIO=4&transport=websocket&a=1&sid=abc HTTP/1.1"


def test_an_upgrade_waits_for_the_noop_that_ends_long_polling() -> None:
    heads: list[bytes] = []
    heard: list[object] = []
    came: list[object] = []

    connecting(
        lambda connection: came.extend(upgrade(connection)),
        gets(OPEN, '2\x1e42["x"]', "6", into=heads),
        probed(heard),
    )
    assert came == ["2", '42["x"]']
    assert len(heads) == 3
    assert heard == [UPGRADE_LINE, (0x81, b"2probe"), (0x81, b"5"), "fin"]


def test_what_comes_in_one_payload_behind_the_noop_is_heard() -> None:
    came: list[object] = []
    connecting(
        lambda connection: came.extend(upgrade(connection)), gets(OPEN, '6\x1e2\x1e42["x"]'), probed([])
    )
    assert came == ["2", '42["x"]']


def test_an_upgrade_without_a_query_of_the_apps_names_the_session_alone() -> None:
    heard: list[object] = []
    connecting(upgrade, gets(OPEN, "6"), probed(heard), query="")
    assert heard[0] == b"GET /s/?EIO=4&transport=websocket&sid=abc HTTP/1.1"


def test_a_poll_that_the_server_closes_behind_the_noop_does_not_matter() -> None:
    heard: list[object] = []
    connecting(
        upgrade, acts(Peer.request, sends(answer(OPEN)), Peer.request, sends(answer("6"))), probed(heard)
    )
    assert heard[-2:] == [(0x81, b"5"), "fin"]


def test_a_poll_that_the_server_resets_behind_the_noop_does_not_matter() -> None:
    heard: list[object] = []

    def act(connection: Connection) -> None:
        connection.ask_poll()
        connection.channel.receive()
        connection.ask_probe("abc")
        connection.read_upgrade()
        connection.send_probe()
        connection.read_probe()
        assert [*connection.read_last_polls()] == []
        assert connection.polling is not None
        (line,) = connection.polling.lines
        line.send(b"x")
        with pytest.raises(ConnectionResetError):
            line.fill()
        connection.send_upgrade()

    def poll(peer: Peer) -> None:
        for payload in (OPEN, "6"):
            peer.request()
            peer.send(answer(payload))
        peer.take(1)
        resets(peer)

    connecting(act, poll, probed(heard))
    assert heard[-2:] == [(0x81, b"5"), "fin"]


def test_while_it_upgrades_all_its_lines_are_there_the_websockets_first() -> None:
    def act(connection: Connection) -> None:
        connection.ask_poll()
        connection.channel.receive()
        connection.ask_probe("abc")
        connection.read_upgrade()
        assert connection.socket is not None
        assert connection.polling is not None
        assert connection.lines == [connection.socket.line, *connection.polling.lines]
        assert len(connection.lines) == 2

    connecting(act, gets(OPEN), acts(upgrades(), Peer.end))


def test_an_upgrade_that_is_refused_is_told() -> None:
    def act(connection: Connection) -> None:
        connection.ask_upgrade()
        connection.read_upgrade()

    with pytest.raises(VisitError, match="upgrade answered 400"):
        connecting(act, acts(Peer.request, sends(answer("no", status=b"400 No")), Peer.end))


def test_cookies_of_the_switch_are_the_tabs() -> None:
    tab = Tab()

    def act(connection: Connection) -> None:
        connection.ask_upgrade()
        connection.read_upgrade()

    connecting(act, lambda peer: (peer.upgrade(fields=b"Set-Cookie: a=1\r\n"), peer.end()), tab=tab)
    assert tab.cookies.header == b"Cookie: a=1\r\n"


def test_half_a_frame_is_half_of_its_bytes() -> None:
    left: list[bytes] = []

    def act(connection: Connection) -> None:
        connection.ask_upgrade()
        connection.read_upgrade()
        connection.send_half(['42["hi"]'])

    connecting(act, acts(upgrades(), Peer.end, lambda peer: left.append(peer.buffer)))
    assert left[0][:2] == bytes((0x81, 0x80 | 8))
    assert len(left[0]) == 7


def test_half_a_post_is_half_of_its_body() -> None:
    left: list[bytes] = []

    def act(connection: Connection) -> None:
        connection.ask_poll()
        connection.channel.receive()
        connection.send_half(['42["hi"]'])

    connecting(act, gets(OPEN), acts(Peer.request, Peer.end, lambda peer: left.append(peer.buffer)))
    assert left == [b'42["']


def test_lines_that_are_given_away_are_not_closed() -> None:
    def act(connection: Connection) -> None:
        connection.ask_poll()
        connection.channel.receive()
        lines = connection.lines
        connection.give_lines_away()
        connection.close()
        assert list(connection.lines) == []
        for line in lines:
            line.send(b"still open")
            line.close()

    connecting(act, acts(gets(OPEN), lambda peer: peer.buffer.index(b"still open")))
