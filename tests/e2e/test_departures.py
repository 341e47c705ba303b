"""What real servers see of every way to leave: DEPARTURES, cell by cell, on python-socketio and on Node.

The servers are ``apps/witness.py`` on uvicorn with wsproto, and ``apps/witness.cjs``; what is asserted is
what THEY wrote down.
"""

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import ActualDeparture, Outcome
from tests.e2e.environments import node_with
from tests.e2e.seen import OVERTAKEN_AT_MOST, OVERTAKEN_WORDS, Seen, is_noticed_late, misfits
from tests.e2e.seen_by_node import DIFFERENCES, do_differ, seen_by_node
from tests.e2e.seen_by_python import seen_by_python
from tests.e2e.witnessing import ALL_CELLS, Cell, Session, Witnessed, witnessing

APPS = Path(__file__).parent / "apps"
PYTHON = [sys.executable, str(APPS / "witness.py")]
SOCKET_IO = "socket.io@4.8.4"
FEW, MANY = 5, 30
"""Visits for each cell."""
BUSY_VISITS = 60
BUSY_AT_A_TIME = 4
PAGELESS = ("P00", "P01")

Results = Mapping[Cell, Sequence[Witnessed]]


def node(*arguments: str) -> list[str]:
    """Return the command that starts the witness on Node."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("needs Node 18 or newer with npm (Debian: apt-get install nodejs npm)")
    modules = node_with(SOCKET_IO) / "node_modules"
    return ["env", f"NODE_PATH={modules}", "node", str(APPS / "witness.cjs"), *arguments]


@dataclass(frozen=True)
class Server:
    """A server under watch."""

    name: str
    command: Callable[[], list[str]]
    sees: Callable[[Cell], tuple[Seen, ...]]
    left_namespace: str
    """How it calls the end of a namespace that the client has left."""


SERVERS = (
    Server("python", lambda: PYTHON, seen_by_python, "client disconnect"),
    Server("node", node, seen_by_node, "client namespace disconnect"),
)


@pytest.fixture(scope="module", params=SERVERS, ids=lambda server: server.name)
def server(request: pytest.FixtureRequest) -> Server:
    chosen: Server = request.param
    return chosen


@pytest.fixture(
    scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=lambda visits: f"{visits}x"
)
def witnessed(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Results:
    visits: int = request.param
    sessions = visits * sum(len(server.sees(cell)) for cell in ALL_CELLS)
    return witnessing(server.command(), tmp_path_factory.mktemp(server.name), ALL_CELLS, visits, sessions)


def sessions_of(visits: Sequence[Witnessed], number: int) -> list[Session]:
    return [visit.sessions[number] for visit in visits]


@pytest.mark.parametrize("cell", ALL_CELLS, ids=str)
def test_the_server_sees_what_the_departure_leaves_it(cell: Cell, server: Server, witnessed: Results) -> None:
    visits = witnessed[cell]
    expected = server.sees(cell)
    assert {(visit.pages, len(visit.sessions)) for visit in visits} == {
        (0 if cell.at in PAGELESS else 1, len(expected))
    }
    for number, seen in enumerate(expected):
        sessions = sessions_of(visits, number)
        assert misfits(seen, sessions) == [], f"expected {seen}"
        assert is_noticed_late(visits, number) == seen.is_late


@pytest.mark.parametrize("cell", ALL_CELLS, ids=str)
def test_each_visit_left_where_and_how_it_planned(cell: Cell, witnessed: Results) -> None:
    records = [visit.record for visit in witnessed[cell]]
    assert Counter((record.outcome, record.actual, record.error, record.detail) for record in records) == {
        (Outcome.LEFT, ActualDeparture(cell.at, cell.manner), None, None): len(records)
    }


@pytest.mark.parametrize("cell", [cell for cell in ALL_CELLS if cell.at == "P25"], ids=str)
def test_a_reconnected_client_is_seen_twice_at_once(cell: Cell, witnessed: Results) -> None:
    for visit in witnessed[cell]:
        assert visit.order.count("connect.") == 2
        second = len(visit.order) - visit.order[::-1].index("connect.")
        assert second < visit.order.index("disconnect")


@pytest.mark.parametrize("cell", [cell for cell in ALL_CELLS if cell.at == "P26"], ids=str)
def test_a_namespace_that_is_left_is_left_by_the_clients_word(
    cell: Cell, server: Server, witnessed: Results
) -> None:
    visits = witnessed[cell]
    seen = Counter(session.reasons["disconnect /second"] for session in sessions_of(visits, 0))
    if OVERTAKEN_WORDS.get((cell.at, cell.transport, cell.manner)):
        assert seen.pop(("transport close",), 0) <= len(visits) * OVERTAKEN_AT_MOST
    assert set(seen) == {(server.left_namespace,)}


def test_the_list_of_differences_between_the_servers_is_complete_and_holds_nothing_else() -> None:
    listed = [cell for cell in ALL_CELLS if any(row.covers(cell) for row in DIFFERENCES)]
    assert listed == [cell for cell in ALL_CELLS if do_differ(cell)]


@pytest.mark.parametrize(
    ("at", "transport", "reason", "is_late"),
    [
        ("P11", Transport.UPGRADE, "forced close", False),
        ("P14", Transport.WEBSOCKET, "forced close", False),
        ("P05", Transport.POLLING, "ping timeout", True),  # the close waits for a GET to be told in
    ],
)
def test_node_expels_who_does_not_connect(
    at: str, transport: Transport, reason: str, is_late: bool, tmp_path: Path
) -> None:
    cell = Cell(at, transport, Manner.SILENT)
    seen = witnessing(node("--connect-timeout-ms=500"), tmp_path, [cell], FEW, FEW)
    sessions = sessions_of(seen[cell], 0)
    assert {session.reasons["gone"] for session in sessions} == {(reason,)}
    assert is_noticed_late(seen[cell]) == is_late


GOODBYES = [Cell("P19", Transport.WEBSOCKET, manner) for manner in (Manner.SIO_DISCONNECT, Manner.EIO_CLOSE)]


def test_a_goodbye_is_understood_by_a_server_that_is_busy_and_still_sends(tmp_path: Path) -> None:
    sessions = BUSY_VISITS * len(GOODBYES)
    seen = witnessing([*PYTHON, "--busy"], tmp_path, GOODBYES, BUSY_VISITS, sessions, BUSY_AT_A_TIME)
    reasons = {
        cell: Counter(visit.sessions[0].reasons["disconnect"] for visit in visits)
        for cell, visits in seen.items()
    }
    assert reasons == {cell: Counter({("client disconnect",): BUSY_VISITS}) for cell in GOODBYES}
