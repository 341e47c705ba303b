"""What a real python-socketio server sees of every departure: DEPARTURES.md, cell by cell.

The server is ``apps/witness.py`` on uvicorn with wsproto; what is asserted is what IT wrote down.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gevent
import gevent.pool
import pytest

from loadtest.navigation.departure import Departure
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.e2e.harness import starting
from tests.transport.plain_app import PlainApp

WITNESS = Path(__file__).parent / "apps" / "witness.py"
RUN = "0123456789abcdef"
VISITS = 10
"""For each cell."""
AT_A_TIME = 40
BUSY_VISITS = 60
BUSY_AT_A_TIME = 4
PING_TIME_S = 2.0
"""The witness's ping interval + ping timeout."""

CELLS = [
    (point.id, manner)
    for point in POINTS.values()
    for manner in Manner
    if manner in point.manners.get(Transport.WEBSOCKET, ())
]

NO_SOCKET = ("page",)
NO_EVENT = ("page", "open")
CONNECTED = ("page", "open", "connect", "connect.", "disconnect")
SHAKEN = ("page", "open", "connect", "connect.", "handshake", "handshake.", "disconnect")

SEEN = {
    "P00": (),
    "P01": (),
    "P02": NO_SOCKET,
    "P03": NO_SOCKET,
    "P12": NO_EVENT,
    "P13": NO_EVENT,
    "P14": NO_EVENT,
    "P15": CONNECTED,
    "P16": CONNECTED,
    "P16b": CONNECTED,
    "P17": ("page", "open", "connect", "connect.", "handshake", "disconnect", "handshake."),
    "P18": SHAKEN,
    "P19": SHAKEN,
    "P20": SHAKEN,
}
"""What the server sees of a departure at each point, in this order, beside the end of its session."""

SEEN_OF_SILENCE = {**SEEN, "P17": SHAKEN}
"""Who is silent is noticed only when the ping times are over: the handshake has ended long before."""

CLOSED, SAID_GOODBYE, TIMED_OUT = "transport close", "client disconnect", "ping timeout"

REASONS_OF_DISCONNECT = {
    Manner.WS_CLOSE: {CLOSED},
    Manner.FIN: {CLOSED},
    Manner.RST: {CLOSED},
    Manner.SIO_DISCONNECT: {SAID_GOODBYE},
    Manner.EIO_CLOSE: {SAID_GOODBYE},
    # python-engineio gives up on a socket after ping interval + ping timeout without a packet, and calls that
    # 'transport close'; in a few visits of a hundred its look-out for late pongs comes first.
    Manner.SILENT: {TIMED_OUT, CLOSED},
}
"""The reason that the disconnect handler is given."""

REASONS_OF_END = {**REASONS_OF_DISCONNECT, Manner.SIO_DISCONNECT: {CLOSED}}
"""The reason for which the Engine.IO session ends: ``41`` leaves a namespace, not the connection."""


@dataclass(frozen=True)
class Witnessed:
    """One visit: what its record says, and what the server saw."""

    record: NavigationRecord
    events: tuple[str, ...]
    reasons: dict[str, str | None]
    lasted_s: float
    """From the Engine.IO session's begin to its end, by the server's clock; 0 without one."""


Cell = tuple[str, Manner]


def visit_all(
    url: str, keeper: Keeper, cells: Sequence[Cell], visits: int, at_a_time: int
) -> dict[Cell, list[NavigationRecord]]:
    """Visit every cell so often, so many at a time."""
    driver = Driver(Target.resolve(url), PlainApp(), {}, keeper, RUN, time.monotonic())
    records: dict[Cell, list[NavigationRecord]] = {cell: [] for cell in cells}

    def visit(cell: Cell, number: int) -> None:
        tab = Tab()
        at, manner = cell
        departure = Departure(at, manner, dwell_s=0.001 * (number % 30))  # anywhere in a busy server's turn
        records[cell].append(driver.visit(tab, Assignment(number, 0.0, "/", departure)))
        tab.close()

    pool = gevent.pool.Pool(at_a_time)
    for number in range(visits * len(cells)):
        pool.spawn(visit, cells[number % len(cells)], number)
    pool.join(raise_error=True)
    return records


def read_log(log: Path) -> dict[str, list[dict[str, str]]]:
    """Return the witness's whole lines by navigation."""
    lines: dict[str, list[dict[str, str]]] = {}
    for text in log.read_text().splitlines(keepends=True)[1:]:
        if text.endswith("\n"):
            line = json.loads(text)
            lines.setdefault(line["navigation"], []).append(line)
    return lines


def wait_for_url(log: Path) -> str:
    deadline = time.monotonic() + 30
    while "\n" not in (text := log.read_text()):
        assert time.monotonic() < deadline, f"the witness does not start: {text}"
        time.sleep(0.05)
    return str(json.loads(text.splitlines()[0])["url"])


def wait_for_the_last(log: Path, numbers: int) -> None:
    """Wait until every Engine.IO session has ended, and every handler."""
    deadline = time.monotonic() + 30
    while True:
        text = log.read_text()
        ended = text.count('"gone"'), text.count('"handshake."')
        if ended == (text.count('"open"'), text.count('"handshake"')) and ended[0] >= numbers:
            return
        assert time.monotonic() < deadline, f"not all sessions end: {ended}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> dict[Cell, list[Witnessed]]:
    folder = tmp_path_factory.mktemp("witness")
    log = folder / "log"
    keeper = Keeper()
    with starting([sys.executable, str(WITNESS)], folder, log):
        records = visit_all(wait_for_url(log), keeper, CELLS, VISITS, AT_A_TIME)
        wait_for_the_last(log, VISITS * sum("open" in SEEN[at] for at, _ in CELLS))
        lines = read_log(log)
        keeper.release()
    return {cell: [witness(record, lines) for record in records[cell]] for cell in CELLS}


def witness(record: NavigationRecord, lines: dict[str, list[dict[str, str]]]) -> Witnessed:
    seen = lines.get(record.navigation, [])
    at = {line["what"]: float(line["at"]) for line in seen}
    return Witnessed(
        record=record,
        events=tuple(line["what"] for line in seen if line["what"] != "gone"),
        reasons={line["what"]: line["reason"] for line in seen if line["reason"]},
        lasted_s=at["gone"] - at["open"] if "open" in at else 0.0,
    )


def name(cell: Cell) -> str:
    return f"{cell[0]}-{cell[1]}"


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_the_server_sees_the_events_that_the_departure_leaves_it(
    cell: Cell, witnessed: dict[Cell, list[Witnessed]]
) -> None:
    at, manner = cell
    expected = (SEEN_OF_SILENCE if manner is Manner.SILENT else SEEN)[at]
    assert [visit.events for visit in witnessed[cell]] == [expected] * VISITS


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_the_server_is_given_the_departures_reason(
    cell: Cell, witnessed: dict[Cell, list[Witnessed]]
) -> None:
    at, manner = cell
    for visit in witnessed[cell]:
        assert ("disconnect" in visit.reasons) == ("disconnect" in SEEN[at])
        assert ("gone" in visit.reasons) == ("open" in SEEN[at])
        assert {visit.reasons.get("disconnect")} <= REASONS_OF_DISCONNECT[manner] | {None}
        assert {visit.reasons.get("gone")} <= REASONS_OF_END[manner] | {None}


@pytest.mark.parametrize("at", [at for at in SEEN if "open" in SEEN[at]])
def test_only_silence_is_noticed_late(at: str, witnessed: dict[Cell, list[Witnessed]]) -> None:
    silent = [visit.lasted_s for visit in witnessed[at, Manner.SILENT]]
    others = [
        visit.lasted_s
        for cell in CELLS
        if cell[0] == at and cell[1] is not Manner.SILENT
        for visit in witnessed[cell]
    ]
    assert min(silent) >= PING_TIME_S
    assert max(others) < min(silent)


@pytest.mark.parametrize("cell", CELLS, ids=name)
def test_each_visit_left_where_and_how_it_planned(cell: Cell, witnessed: dict[Cell, list[Witnessed]]) -> None:
    records = [visit.record for visit in witnessed[cell]]
    assert [record.actual for record in records] == [ActualDeparture(*cell)] * VISITS
    assert [(record.outcome, record.error, record.detail) for record in records] == [
        (Outcome.LEFT, None, None)
    ] * VISITS


GOODBYES = [("P19", Manner.SIO_DISCONNECT), ("P19", Manner.EIO_CLOSE)]


def test_a_goodbye_is_understood_by_a_server_that_is_busy_and_still_sends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with starting([sys.executable, str(WITNESS), "--busy"], tmp_path, log):
        visits = visit_all(wait_for_url(log), Keeper(), GOODBYES, BUSY_VISITS, BUSY_AT_A_TIME)
        wait_for_the_last(log, BUSY_VISITS * len(GOODBYES))
        lines = read_log(log)
    reasons = {
        cell: Counter(witness(record, lines).reasons["disconnect"] for record in records)
        for cell, records in visits.items()
    }
    assert reasons == {cell: Counter({SAID_GOODBYE: BUSY_VISITS}) for cell in GOODBYES}
