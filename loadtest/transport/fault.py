"""What ends a visit otherwise than planned: an outcome, a stable text, and a detail."""

import errno
import os
import ssl
from collections.abc import Mapping
from types import MappingProxyType

from websocket import WebSocketException

from loadtest.errors import ExtractionError, LoadtestError, OwnCodeError, ProtocolError
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome

__all__ = ["CLOSED", "REFUSED", "TOO_LATE", "VisitError", "fault_of"]

CLOSED = "the server closed the connection"
REFUSED = "connection refused"
_RESET = "the server reset the connection"

TOO_LATE: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.PAGE: "no page within the deadline",
        Phase.OPEN: "no open packet within the deadline",
        Phase.UPGRADE: "no upgrade to a WebSocket within the deadline",
        Phase.CONNECT: "no answer to CONNECT within the deadline",
        Phase.HANDSHAKE: "no answer to the handshake within the deadline",
        Phase.ACTIVE: "the server does not read within the deadline",
        Phase.LEAVING: "the server does not read within the deadline",
    }
)
"""The error of a visit whose deadline passed in this phase."""

_RESETS = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ESHUTDOWN})


class VisitError(LoadtestError):
    """A visit cannot go on; becomes its outcome, never a traceback."""

    def __init__(self, outcome: Outcome, error: str, detail: str | None = None) -> None:
        super().__init__(error)
        self.outcome = outcome
        self.error = error
        self.detail = detail


def fault_of(error: Exception) -> VisitError:
    """Return what an exception of a visit means; the texts are few, so that they can be counted."""
    match error:
        case VisitError():
            return error
        case ProtocolError():
            return VisitError(Outcome.FAILED, "not the Socket.IO protocol", str(error))
        case ExtractionError():
            return VisitError(Outcome.FAILED, "the page lacks what its socket needs", str(error))
        case OwnCodeError():
            return VisitError(Outcome.FAILED, "a fault of the locustfile's own", str(error))
        case WebSocketException():
            return VisitError(Outcome.FAILED, "not the WebSocket protocol", str(error))
        case ssl.SSLError():
            return VisitError(Outcome.FAILED, "no TLS", str(error))
        case OSError():
            return _fault_of_system(error)
    # At the top of a visit's greenlet: one visit with a fault of ours in it must not end its user.
    return VisitError(Outcome.FAILED, "a fault of loadtest's own", repr(error))


def _fault_of_system(error: OSError) -> VisitError:
    if error.errno in _RESETS:
        return VisitError(Outcome.LOST, _RESET)
    if error.errno == errno.ECONNREFUSED:
        return VisitError(Outcome.FAILED, REFUSED)
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return VisitError(Outcome.FAILED, f"no connection: {reason}", str(error))
