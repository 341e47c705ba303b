"""What an exception of a visit means."""

import errno
import os
import ssl

import pytest
from websocket import WebSocketPayloadException

from loadtest.errors import ExtractionError, ProtocolError
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import Outcome
from loadtest.transport.fault import TOO_LATE, VisitError, fault_of

MEANINGS = [
    (VisitError(Outcome.LOST, "gone", "x"), (Outcome.LOST, "gone", "x")),
    (ProtocolError("connect while new"), (Outcome.FAILED, "not the Socket.IO protocol", "connect while new")),
    (ExtractionError("no id"), (Outcome.FAILED, "the page lacks what its socket needs", "no id")),
    (WebSocketPayloadException("x"), (Outcome.FAILED, "not the WebSocket protocol", "x")),
    (ssl.SSLError(1, "bad certificate"), (Outcome.FAILED, "no TLS", "bad certificate")),
    (ConnectionRefusedError(errno.ECONNREFUSED, "x"), (Outcome.FAILED, "connection refused", None)),
    (ConnectionResetError(errno.ECONNRESET, "x"), (Outcome.LOST, "the server reset the connection", None)),
    (BrokenPipeError(errno.EPIPE, "x"), (Outcome.LOST, "the server reset the connection", None)),
    (OSError(errno.ENOTCONN, "x"), (Outcome.LOST, "the server reset the connection", None)),
    (
        OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
        (Outcome.FAILED, "no connection: Too many open files", "[Errno 24] Too many open files"),
    ),
    (OSError("odd"), (Outcome.FAILED, "no connection: OSError", "odd")),
    (KeyError("x"), (Outcome.FAILED, "a fault of loadtest's own", "KeyError('x')")),
]


@pytest.mark.parametrize(("error", "meaning"), MEANINGS, ids=lambda value: type(value).__name__)
def test_each_exception_has_an_outcome_and_a_stable_text(
    error: Exception, meaning: tuple[Outcome, str, str | None]
) -> None:
    fault = fault_of(error)
    assert (fault.outcome, fault.error, fault.detail) == meaning


def test_each_phase_has_a_text_for_its_deadline() -> None:
    assert list(TOO_LATE) == list(Phase)
