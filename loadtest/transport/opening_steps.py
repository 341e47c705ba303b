"""How a visit gets its page and opens its connection: one function for each step."""

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from loadtest.navigation.journey import Move
from loadtest.navigation.states import Signal, State, Step
from loadtest.transport.client import Client
from loadtest.transport.login import log_in

__all__ = ["LAST_ACTS", "OPENING_STEPS", "begin"]

_now = time.monotonic


def begin(client: Client) -> None:
    """Log in, or take up the page that is there already."""
    tab, errand = client.tab, client.errand
    ahead = tab.take_ahead(errand.number)
    if not tab.is_logged_in:
        log_in(client.site.target, client.site.app.access, tab, errand.trace)
    if errand.move is Move.RECONNECT and tab.opening is not None:
        client.show(tab.opening, None)
    elif ahead is not None:
        if ahead.fault is not None:
            client.visit.happened(Signal.PAGE_ASKED, _now())
            raise ahead.fault
        client.show(client.read_opening(ahead.body), ahead.took_ms)


def _connect_only(client: Client) -> None:
    client.fetch.connect()


def _send_half_request(client: Client) -> None:
    client.fetch.send_half()
    client.detour(Signal.HALF_SENT)


def _ask_page(client: Client) -> None:
    client.fetch.ask()
    client.visit.happened(Signal.PAGE_ASKED, _now())


def _read_part(client: Client) -> None:
    client.fetch.read_part()


def _read_page(client: Client) -> None:
    body = client.fetch.read()
    now = _now()
    opening = client.read_opening(body)
    client.visit.page_read(opening, now)
    client.tab.shows(client.errand.shown, client.errand.move, opening)
    client.listen(opening)


def _ask_poll(client: Client) -> None:
    client.new_connection().ask_poll()
    client.visit.happened(Signal.POLL_ASKED, _now())


def _read_poll(client: Client) -> None:
    client.read_message()
    polling = client.open_connection.polling
    if client.visit.opened is not None and polling is not None:
        polling.opened(client.sid)


def _ask_probe(client: Client) -> None:
    client.open_connection.ask_probe(client.sid)
    client.visit.happened(Signal.PROBE_ASKED, _now())


def _ask_upgrade(client: Client) -> None:
    client.new_connection().ask_upgrade()
    client.visit.happened(Signal.UPGRADE_ASKED, _now())


def _read_upgrade(client: Client) -> None:
    client.open_connection.read_upgrade()
    client.visit.happened(Signal.SWITCHED, _now())


def _send_probe(client: Client) -> None:
    client.open_connection.send_probe()
    client.visit.happened(Signal.PROBE_SENT, _now())


def _read_probe(client: Client) -> None:
    client.take(client.open_connection.read_probe())


def _send_upgrade(client: Client) -> None:
    """End long-polling; what is to be answered meanwhile is answered over the WebSocket.

    A client posts nothing once its probe is answered (engine.io-client: ``flush`` waits while ``upgrading``):
    a server drops a POST whose connection is closed behind it, and with it the pong.
    """
    answers: list[str] = []
    for message in client.open_connection.read_last_polls():
        answer = client.hear(message)
        if client.visit.outcome is not None:
            return
        if answer is not None:
            answers.append(answer)
    client.open_connection.send_upgrade()
    client.visit.happened(Signal.UPGRADE_SENT, _now())
    if answers:
        client.send(answers)


OPENING_STEPS: Mapping[Step, Callable[[Client], None]] = {
    Step.ASK_PAGE: _ask_page,
    Step.SEND_HALF_REQUEST: _send_half_request,
    Step.READ_PAGE: _read_page,
    Step.ASK_POLL: _ask_poll,
    Step.READ_POLL: _read_poll,
    Step.ASK_PROBE: _ask_probe,
    Step.READ_PROBE_UPGRADE: _read_upgrade,
    Step.SEND_PROBE: _send_probe,
    Step.READ_PROBE: _read_probe,
    Step.SEND_UPGRADE: _send_upgrade,
    Step.ASK_UPGRADE: _ask_upgrade,
    Step.READ_UPGRADE: _read_upgrade,
    Step.READ_OPEN: Client.read_message,
}
"""How each of these steps is done."""

LAST_ACTS: Mapping[State, Callable[[Client], None]] = MappingProxyType(
    {State.NEW: _connect_only, State.PAGE_ASKED: _read_part}
)
"""What a departure at these states does first: P00 has connected, P02 has read part of the answer."""
