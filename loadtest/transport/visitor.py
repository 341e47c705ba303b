"""One visit on a network: does the steps that the protocol asks for, then leaves in its manner."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence

from loadtest.navigation.departure import STAY
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import Outcome
from loadtest.navigation.states import State, Step
from loadtest.transport.ahead import Asked, ask_ahead, read_ahead
from loadtest.transport.alarm import Rang
from loadtest.transport.client import Client
from loadtest.transport.fault import TOO_LATE, fault_of
from loadtest.transport.line import Line
from loadtest.transport.manners import ACTS, Leaving, leave_by_fin
from loadtest.transport.opening_steps import LAST_ACTS, OPENING_STEPS, begin
from loadtest.transport.talking_steps import TALKING_STEPS

__all__ = ["STEPS", "run_visit"]

_now = time.monotonic

STEPS: Mapping[Step, Callable[[Client], None]] = {**OPENING_STEPS, **TALKING_STEPS}
"""How each step is done; ``LEAVE`` ends the steps. (A plain dict: asked ten times a visit.)"""

_BEFORE_SOCKET = frozenset({State.NEW, State.HALF_REQUEST, State.PAGE_ASKED, State.PAGE_READ})
"""Whoever leaves in these states leaves with what the page came over."""


def run_visit(client: Client) -> None:
    """Visit and leave; whatever happens to the visit is in ``visit`` afterwards.

    Raises:
        GreenletExit, KeyboardInterrupt: this user is not wanted any more; its connections are closed.
    """
    try:
        _go(client)
        client.heard_until = _now()
        _leave(client)
    finally:
        client.alarm.rest()
        _tidy(client)


def _go(client: Client) -> None:
    visit = client.visit
    phase = None
    try:
        client.set_deadline(Phase.PAGE)
        begin(client)
        while (step := visit.next_step()) is not Step.LEAVE:
            if visit.phase is not phase:
                phase = visit.phase
                client.set_deadline(phase)
            STEPS[step](client)
        if visit.outcome is None and visit.state in LAST_ACTS:
            client.set_deadline(visit.phase)
            LAST_ACTS[visit.state](client)
    except Rang:
        if visit.leave_at is None or _now() < visit.leave_at:
            visit.end(Outcome.TIMED_OUT, TOO_LATE[visit.phase])
    except Exception as error:  # the top of a visit: its record tells
        _end_by(client, error)


def _end_by(client: Client, error: Exception) -> None:
    fault = fault_of(error)
    client.visit.end(fault.outcome, fault.error, fault.detail)


def _leave(client: Client) -> None:
    visit = client.visit
    planned = visit.manner
    asked = _ask_ahead(client, planned)
    began = _now()
    lines = _give_lines(client)
    manner: Manner | None = planned
    if visit.outcome is None and lines:
        client.alarm.set(began + client.site.deadlines_s[Phase.LEAVING])
        try:
            ACTS[planned](_leaving(client, lines, planned))
        except Rang:
            visit.end(Outcome.TIMED_OUT, TOO_LATE[Phase.LEAVING])
        except Exception as error:  # the server was faster; or a fault of ours, and the record tells
            _end_by(client, error)
    if visit.outcome is not None:
        manner = None if not lines or visit.outcome is Outcome.LOST else Manner.FIN
        for line in lines:
            with contextlib.suppress(OSError):
                leave_by_fin(line)
    if client.former:
        _leave_former(client, manner)
    if manner is Manner.SILENT:
        _forget(client)
    visit.leave(manner, began, _now())
    if client.is_counting:
        client.tab.opening = client.opening_again()
    if asked is not None:
        client.alarm.set(_now() + client.site.deadlines_s[Phase.PAGE])
        client.tab.ahead = read_ahead(asked)


def _leaving(client: Client, lines: Sequence[Line], manner: Manner) -> Leaving:
    connection = client.connection
    return Leaving(
        lines=lines,
        socket=connection.socket if connection else None,
        polling=connection.polling if connection else None,
        disconnects=client.visit.disconnects if manner is Manner.SIO_DISCONNECT else (),
        keeper=client.site.keeper,
        alarm=client.alarm,
    )


def _ask_ahead(client: Client, manner: Manner) -> Asked | None:
    """Ask for the next page before the socket is dropped, as a browser does that navigates."""
    visit = client.visit
    if visit.outcome is not None or client.connection is None:
        return None
    if manner is not Manner.WS_CLOSE and visit.departure.at != STAY:
        return None
    onward = client.errand.onward()
    if onward is None:
        return None
    client.alarm.set(_now() + client.site.deadlines_s[Phase.PAGE])
    asked = ask_ahead(client.site, client.tab, onward)
    if not visit.is_fleeting:  # or it would leave after the handler that runs, somewhere else
        read_ahead(asked)
    return asked


def _give_lines(client: Client) -> Sequence[Line]:
    """Hand over the connections that this departure is about; the tab does not use them again."""
    if client.visit.state not in _BEFORE_SOCKET:
        return client.connection.lines if client.connection else ()
    line = client.fetch.line or (client.tab.line if client.errand.move is not Move.RECONNECT else None)
    if line is None:
        return ()
    if client.tab.line is line:
        client.tab.line = None
    return (line,)


def _leave_former(client: Client, manner: Manner | None) -> None:
    """Let a twin go as the visit goes: with a close frame, or into silence."""
    _end_twin(client)
    client.alarm.set(_now() + client.site.deadlines_s[Phase.LEAVING])
    for connection in client.former:
        for line in connection.lines:
            if manner is Manner.SILENT:
                client.site.keeper.hold(line)
                continue
            with contextlib.suppress(OSError, Rang):
                if connection.socket is not None and connection.polling is None:
                    connection.socket.send_going_away()
                leave_by_fin(line)
        connection.give_lines_away()


def _end_twin(client: Client) -> None:
    twin, client.twin = client.twin, None
    if twin is not None:
        twin.end()


def _forget(client: Client) -> None:
    """The keeper has them now."""
    if client.visit.state in _BEFORE_SOCKET:
        client.fetch.give_line_away()
    elif client.connection:
        client.connection.give_lines_away()


def _tidy(client: Client) -> None:
    """Close what is still this visit's; never waits."""
    _end_twin(client)
    for connection in (client.connection, *client.former):
        if connection is not None:
            connection.close()
    client.fetch.close()
