"""A browser tab."""

import socket
import uuid

from loadtest.transport.line import Address, Line
from loadtest.transport.tab import Tab
from tests.transport.server import serve


def test_each_tab_has_an_id_of_its_own() -> None:
    one, other = Tab(), Tab()
    assert str(uuid.UUID(one.tab_id)) == one.tab_id
    assert one.tab_id != other.tab_id


def test_closing_a_tab_closes_its_connection_once() -> None:
    ends: list[str] = []
    with serve(lambda peer: ends.append(peer.end())) as served:
        tab = Tab()
        tab.line = Line(Address(socket.AF_INET, ("127.0.0.1", served.port)))
        tab.line.finish_connecting()
        tab.close()
        assert tab.line is None
        tab.close()
    assert ends == ["fin"]
