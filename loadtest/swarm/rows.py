"""Rows for Locust's own statistics: one for each phase that a navigation passed through."""

from collections.abc import Mapping
from typing import Any, Protocol

from loadtest.errors import LoadtestError
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Transport
from loadtest.navigation.record import NavigationRecord
from loadtest.navigation.states import PHASE_AT

__all__ = ["VisitError", "fire_rows"]

_TYPES: Mapping[Phase, str] = {phase: str(phase) for phase in Phase}
_NAMES: Mapping[Phase, str] = {**_TYPES, Phase.OPEN: "WebSocket", Phase.CONNECT: "CONNECT"}
_NO_ROWS = frozenset({Phase.ACTIVE, Phase.LEAVING})
"""A stay is no request; leaving is told with its point and manner."""


class VisitError(LoadtestError):
    """A visit that ended otherwise than planned, for Locust's table of failures."""


class RequestEvent(Protocol):
    """Locust's ``events.request``."""

    def fire(self, *, reverse: bool = False, **values: Any) -> None:
        """Tell every listener."""


def fire_rows(event: RequestEvent, record: NavigationRecord) -> None:
    """Tell Locust of each phase that was passed, and of the one in which the visit failed.

    A failure has no response time: Locust keeps None out of its percentiles, and 0 in.
    """
    actual = record.actual
    failed = _phase_left(record) if record.outcome.is_failure else None
    for phase, duration_ms in record.phases_ms.items():
        if phase is not failed and phase not in _NO_ROWS:
            _fire(event, phase, _name(record, phase), duration_ms, None)
    if failed is not None:
        failure = VisitError(record.error or record.outcome)
        _fire(event, failed, _name(record, failed), None, failure)
    elif actual and Phase.LEAVING in record.phases_ms:
        _fire(event, Phase.LEAVING, f"{actual.at} {actual.manner}", record.phases_ms[Phase.LEAVING], None)


def _phase_left(record: NavigationRecord) -> Phase | None:
    """Return the phase in which the visit ended."""
    if record.actual is None:
        return None
    if record.actual.at == "P05" and record.transport is Transport.UPGRADE:
        return Phase.UPGRADE  # over long-polling alone, P05 waits for CONNECT
    return PHASE_AT[record.actual.at]


def _name(record: NavigationRecord, phase: Phase) -> str:
    if phase is Phase.PAGE:
        return record.page
    if phase is Phase.OPEN and record.transport is not Transport.WEBSOCKET:
        return "polling"
    return _NAMES[phase]


def _fire(
    event: RequestEvent, phase: Phase, name: str, duration_ms: float | None, failure: VisitError | None
) -> None:
    event.fire(
        request_type=_TYPES[phase],
        name=name,
        response_time=duration_ms,
        response_length=0,
        exception=failure,
        context={},
    )
