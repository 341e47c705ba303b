"""Real servers of python-socketio, hooked, and driven without a network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import engineio.async_server
import engineio.server
import socketio.async_server
import socketio.server

from loadtest.hooks.patch import hook_module
from loadtest.hooks.process import HookedProcess

__all__ = ["MODULES", "RUN", "environ_of", "hooked", "leave", "leave_sync", "told", "visit", "visit_sync"]

RUN = "00112233445566ff"
MODULES = (engineio.server, engineio.async_server, socketio.server, socketio.async_server)


@contextmanager
def hooked() -> Iterator[HookedProcess]:
    """Hook the server classes; nothing is pushed."""
    process = HookedProcess()
    undos = [hook_module(process, module) for module in MODULES]
    # hold back the thread that the first visit would start
    process.arm = lambda: None  # type: ignore[method-assign]
    try:
        yield process
    finally:
        for undo in reversed(undos):
            undo()


def told(process: HookedProcess, run: str = RUN) -> Any:
    """Return what a snapshot would say of the run, None if it was never here."""
    tally = process.recorder.tally(run)
    return None if tally is None else tally.to_json(500)


def environ_of(number: int | None) -> Mapping[str, str]:
    """Return what a visit (None: a stranger) brings into ``environ``."""
    return {} if number is None else {"HTTP_TRACEPARENT": f"00-{RUN}{number:016x}-00000000000000aa-00"}


async def visit(
    sio: Any, number: int | None, eio_sid: str = "e1", auth: Any = None, namespace: str = "/"
) -> Any:
    """Open and CONNECT as a client would; return the Socket.IO session's id, None when refused."""
    await sio.eio._trigger_event("connect", eio_sid, environ_of(number), run_async=False)
    await sio._handle_connect(eio_sid, namespace, auth)
    return sio.manager.sid_from_eio_sid(eio_sid, namespace)


async def leave(sio: Any, eio_sid: str = "e1", reason: str = "transport close") -> None:
    """End the connection as python-engineio does."""
    await sio.eio._trigger_event("disconnect", eio_sid, reason, run_async=False)


def visit_sync(sio: Any, number: int | None, eio_sid: str = "e1", auth: Any = None) -> Any:
    """Open and CONNECT on a ``Server``."""
    sio.eio._trigger_event("connect", eio_sid, environ_of(number), run_async=False)
    sio._handle_connect(eio_sid, "/", auth)
    return sio.manager.sid_from_eio_sid(eio_sid, "/")


def leave_sync(sio: Any, eio_sid: str = "e1", reason: str = "transport close") -> None:
    """End a connection of a ``Server``."""
    sio.eio._trigger_event("disconnect", eio_sid, reason, run_async=False)
