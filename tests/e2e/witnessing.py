"""Visits to a witness (``apps/witness.*``), each way to leave so often, and what the witness saw."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gevent.pool

from loadtest.apps.app import Tls
from loadtest.navigation.departure import Departure
from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.navigation.record import NavigationRecord
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target
from tests.e2e.harness import starting
from tests.transport.plain_app import HANDSHAKE, PlainApp

__all__ = ["ALL_CELLS", "Cell", "Session", "WitnessLog", "Witnessed", "sessions_in", "witnessing"]

RUN = "0123456789abcdef"
AT_A_TIME = 60
DEFAULT_TLS = Tls()
STARTS_WITHIN_S = 30
ENDS_WITHIN_S = 60

ONE_NAMESPACE = Opening(HandshakeWay.EVENT, handshake=Handshake(HANDSHAKE, ack_id=0))
TWO_NAMESPACES = Opening(
    HandshakeWay.EVENT,
    handshake=Handshake(HANDSHAKE, ack_id=0),
    others=(Namespace("/second", "40/second,", "41/second,"),),
)
NEED_TWO_NAMESPACES = ("P26",)


@dataclass(frozen=True, slots=True)
class Cell:
    """A way to leave."""

    at: str
    """A point's id."""
    transport: Transport
    manner: Manner

    def __str__(self) -> str:
        return f"{self.at}-{self.transport}-{self.manner}"


ALL_CELLS = tuple(
    Cell(point.id, transport, manner) for point in POINTS.values() for transport, manner in point.ways()
)
"""Every way to leave that there is."""


@dataclass(frozen=True, slots=True)
class Session:
    """One Engine.IO session, as the server saw it."""

    events: tuple[str, ...]
    """From ``open`` on, in their order; its end, ``gone``, is not among them."""
    reasons: Mapping[str, tuple[str, ...]]
    """Of each event that has one (``disconnect``, ``gone``, ``error``), one for each time that it came."""
    lasted_s: float
    """By the server's clock."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One visit: what its record says, and what the server saw."""

    record: NavigationRecord
    pages: int
    sessions: tuple[Session, ...]
    order: tuple[str, ...]
    """What happened in all its sessions together."""


_Line = Mapping[str, str]


class WitnessLog:
    """What a running witness writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = self._wait_for_url()

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while "\n" not in (text := self._path.read_text()):
            assert time.monotonic() < deadline, f"the witness does not start: {text}"
            time.sleep(0.05)
        return str(json.loads(text.splitlines()[0])["url"])

    def read(self) -> dict[str, list[_Line]]:
        """Return the whole lines by navigation."""
        lines: dict[str, list[_Line]] = {}
        for text in self._path.read_text().splitlines(keepends=True)[1:]:
            if text.endswith("\n") and text.startswith("{"):
                line = json.loads(text)
                lines.setdefault(line["navigation"], []).append(line)
        return lines

    def wait_for_the_last(self, sessions: int) -> None:
        """Wait until so many Engine.IO sessions have ended, all that began, and every handler."""
        deadline = time.monotonic() + ENDS_WITHIN_S
        while True:
            text = self._path.read_text()
            ended = text.count('"gone"'), text.count('"handshake."')
            if ended == (text.count('"open"'), text.count('"handshake"')) and ended[0] >= sessions:
                return
            assert time.monotonic() < deadline, f"not all sessions end: {ended} of {sessions}"
            time.sleep(0.1)


def _drive(
    url: str, keeper: Keeper, cells: Sequence[Cell], visits: int, at_a_time: int, tls: Tls
) -> dict[Cell, list[NavigationRecord]]:
    """Visit every cell so often, all in turn, so many at a time."""
    now, target = time.monotonic(), Target.resolve(url, tls)
    one, two = (
        Driver(target, PlainApp(opening), {}, keeper, RUN, now) for opening in (ONE_NAMESPACE, TWO_NAMESPACES)
    )
    records: dict[Cell, list[NavigationRecord]] = {cell: [] for cell in cells}

    def visit(cell: Cell, number: int) -> None:
        tab = Tab()
        dwell_s = 0.001 * (number % 30)  # anywhere in a busy server's turn
        departure = Departure(cell.at, cell.manner, transport=cell.transport, dwell_s=dwell_s)
        driver = two if cell.at in NEED_TWO_NAMESPACES else one
        records[cell].append(driver.visit(tab, Assignment(number, 0.0, "/", departure)))
        tab.close()

    pool = gevent.pool.Pool(at_a_time)
    for number in range(visits * len(cells)):
        pool.spawn(visit, cells[number % len(cells)], number)
    pool.join(raise_error=True)
    return records


def witnessing(
    command: Sequence[str],
    folder: Path,
    cells: Sequence[Cell],
    visits: int,
    sessions: int,
    at_a_time: int = AT_A_TIME,
    tls: Tls = DEFAULT_TLS,
) -> dict[Cell, list[Witnessed]]:
    """Start a witness, visit it, and return what it saw of each visit, once it has seen ``sessions`` end."""
    path, keeper = folder / "log", Keeper()
    with starting(command, folder, path):
        log = WitnessLog(path)
        try:
            records = _drive(log.url, keeper, cells, visits, at_a_time, tls)
            log.wait_for_the_last(sessions)
            lines = log.read()
        finally:
            keeper.release()
    return {cell: [_witness(record, lines) for record in records[cell]] for cell in cells}


def sessions_in(lines: Sequence[_Line]) -> tuple[Session, ...]:
    """Return the Engine.IO sessions that a visit's lines tell of."""
    ids = dict.fromkeys(line["session"] for line in lines if line["session"])
    return tuple(_session([line for line in lines if line["session"] == id_]) for id_ in ids)


def _witness(record: NavigationRecord, lines: Mapping[str, Sequence[_Line]]) -> Witnessed:
    seen = lines.get(record.navigation, ())
    return Witnessed(
        record=record,
        pages=sum(line["what"] == "page" for line in seen),
        sessions=sessions_in(seen),
        order=tuple(line["what"] for line in seen),
    )


def _session(lines: Sequence[_Line]) -> Session:
    at = {line["what"]: float(line["at"]) for line in lines}
    reasons: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line["reason"]:
            reasons[line["what"]] = (*reasons.get(line["what"], ()), line["reason"])
    return Session(
        events=tuple(line["what"] for line in lines if line["what"] != "gone"),
        reasons=reasons,
        lasted_s=at["gone"] - at["open"],
    )
