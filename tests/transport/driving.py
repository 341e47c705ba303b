"""Sends one visit to a server that follows scripts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.apps.app import Tls
from loadtest.navigation.assertion import Assertion
from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.transport.conversation import Conversation
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.site import Behaviour
from loadtest.transport.target import Target
from tests.transport.plain_app import HANDSHAKE, PlainApp
from tests.transport.server import OPEN, PAGE, Peer, Script, Served, frame, serve, upgrades

RUN = "0123456789abcdef"
SOON_S = 0.05
DEADLINE_S = 5.0

AGREES = upgrades(frame(OPEN))
"""Agree to the upgrade, and open Engine.IO."""


def page(peer: Peer) -> None:
    """Serve the page, and wait for the tab to be closed."""
    peer.request()
    peer.send(PAGE)
    peer.end()


def connected(peer: Peer) -> None:
    """Go along up to the CONNECT reply."""
    peer.upgrade(frame(OPEN))
    assert peer.hear() == (0x81, b"40")
    peer.say('40{"sid":"xyz"}')


def shaken(peer: Peer) -> None:
    """Go along up to the handshake's acknowledgement."""
    connected(peer)
    assert peer.hear() == (0x81, HANDSHAKE.encode())
    peer.say("430[true]")


@dataclass
class Drive:
    """One visit, and what it left behind."""

    record: NavigationRecord
    driver: Driver
    held: int

    @property
    def end(self) -> tuple[Outcome, str | None, str | None]:
        return self.record.outcome, self.record.error, self.record.detail


def driver_of(
    served: Served,
    app: PlainApp = PlainApp(),  # noqa: B008  # frozen
    *,
    deadline_s: float = DEADLINE_S,
    assertions: Sequence[Assertion] = (),
    keeper: Keeper | None = None,
    tls: Tls = Tls(),  # noqa: B008  # frozen
    has_reconnects: bool = False,
) -> Driver:
    """Return a driver of visits to a server."""
    deadlines_s = dict.fromkeys(Phase, deadline_s)
    target = Target.resolve(served.url, tls)
    return Driver(
        target,
        app,
        deadlines_s,
        Keeper() if keeper is None else keeper,
        RUN,
        time.monotonic(),
        assertions,
        has_reconnects=has_reconnects,
    )


def drive(
    *scripts: Script,
    departure: Departure = Departure(STAY, Manner.WS_CLOSE),  # noqa: B008  # frozen
    app: PlainApp = PlainApp(),  # noqa: B008  # frozen
    deadline_s: float = DEADLINE_S,
    move: Move = Move.NAVIGATE,
    assertions: Sequence[Assertion] = (),
    converse: Callable[[Conversation], None] | None = None,
) -> Drive:
    """Send one visit to a server that follows these scripts."""
    with serve(*scripts) as served:
        keeper = Keeper()
        driver = driver_of(served, app, deadline_s=deadline_s, assertions=assertions, keeper=keeper)
        tab = driver.new_tab(0)
        record = driver.visit(
            tab, Assignment(7, 0.5, "/board", departure, move), Behaviour(app.open, converse)
        )
        tab.close()
        held = len(keeper)
        keeper.release()
    return Drive(record, driver, held)
