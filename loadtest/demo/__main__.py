"""Serve the demo board: ``python -m loadtest.demo --fault handshake-lookup --port 8000``."""

import argparse
import signal
import socket
from typing import NoReturn

import uvicorn

from loadtest.demo.board import create_app
from loadtest.demo.fault import Fault

__all__ = ["main"]

_HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        (listener,) = sockets or []
        print(f"demo board on http://{_HOST}:{listener.getsockname()[1]}/", flush=True)


def main() -> None:
    """Serve until SIGTERM or Ctrl-C, then end with status 0."""
    parser = argparse.ArgumentParser(prog="python -m loadtest.demo", description=__doc__)
    parser.add_argument("--fault", choices=list(Fault), default=Fault.NONE, type=Fault)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    arguments = parser.parse_args()
    # uvicorn shuts down by handlers of its own, then raises the signal again for these
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    config = uvicorn.Config(
        create_app(arguments.fault),
        ws="wsproto",
        lifespan="off",
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    # asyncio sets TCP_NODELAY only where the protocol is named: without it the page waits 40 ms for an ACK
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, arguments.port))
        except OSError as error:
            parser.exit(1, f"{_HOST}:{arguments.port}: {error.strerror}\n")
        _Server(config).run([listener])


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
