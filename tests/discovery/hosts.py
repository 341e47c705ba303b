"""Hosts to look at: a real python-socketio app, and servers that do the same to every connection."""

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from loadtest.transport.target import Target
from tests.e2e.harness import Served, free_port, served
from tests.transport.server import Peer

__all__ = ["HTML", "app", "everywhere", "http", "port_of_nobody"]

_APP = Path(__file__).with_name("app.py")
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@contextlib.contextmanager
def app(folder: Path, **settings: Any) -> Iterator[Served]:
    """Serve a python-socketio app in a process of its own; settings are those of ``app.py``."""
    port = free_port()
    command = [sys.executable, str(_APP), str(port), json.dumps(settings)]
    with served(command, port, folder / "app.log") as running:
        yield running


def http(body: bytes, head: bytes = HTML) -> bytes:
    """Return a whole answer."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextlib.contextmanager
def everywhere(act: Callable[[Peer], object]) -> Iterator[Target]:
    """Listen on a free port, and do the same to each connection until its other side has had enough."""

    def play(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError, AssertionError):
            sock.settimeout(10)
            act(Peer(sock))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                threads.append(threading.Thread(target=play, args=(sock,), daemon=True))
                threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield Target.resolve(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(10)
    for thread in threads:
        thread.join(10)


def port_of_nobody() -> str:
    """Return the address of a port where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"
