"""A server on real sockets that follows a script: the n-th connection gets the n-th script."""

import contextlib
import socket
import ssl
import struct
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha1

__all__ = [
    "GUID",
    "OPEN",
    "PAGE",
    "Peer",
    "Script",
    "Served",
    "acts",
    "answer",
    "frame",
    "gets",
    "posts",
    "resets",
    "says",
    "sends",
    "serve",
    "upgrades",
]

DEADLINE_S = 10.0
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage"
OPEN = '0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'


def frame(data: str | bytes, first: int = 0x81) -> bytes:
    """Return an unmasked frame, as servers send them."""
    payload = data.encode() if isinstance(data, str) else data
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


def answer(body: str | bytes, fields: bytes = b"", status: bytes = b"200 OK") -> bytes:
    """Return an answer with a body of text, and more header lines."""
    data = body.encode() if isinstance(body, str) else body
    return b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=UTF-8\r\n%sContent-Length: %d\r\n\r\n%s" % (
        status,
        fields,
        len(data),
        data,
    )


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def _fill(self) -> bool:
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def comes(self) -> bool:
        """Wait for something to come; False when the client has left instead."""
        try:
            return bool(self.buffer) or self._fill()
        except ConnectionResetError:
            return False

    def take(self, size: int) -> bytes:
        """Read so many bytes."""
        while len(self.buffer) < size:
            assert self._fill(), f"the client left after {self.buffer!r}"
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def request(self) -> bytes:
        """Read a request up to its empty line."""
        while b"\r\n\r\n" not in self.buffer:
            assert self._fill(), f"the client left after {self.buffer!r}"
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head

    def post(self) -> tuple[bytes, bytes]:
        """Read a request with its body."""
        head = self.request()
        length = next(row[16:] for row in head.split(b"\r\n") if row.startswith(b"Content-Length: "))
        return head, self.take(int(length))

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def upgrade(self, then: bytes = b"", fields: bytes = b"") -> bytes:
        """Read an upgrade's request, agree (with more header lines), and send something at once."""
        request = self.request()
        key = next(row[19:] for row in request.split(b"\r\n") if row.startswith(b"Sec-WebSocket-Key: "))
        accept = b64encode(sha1(key + GUID).digest())
        self.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n" + fields + b"\r\n" + then
        )
        return request

    def say(self, *texts: str) -> None:
        """Send text frames."""
        for text in texts:
            self.send(frame(text))

    def hear(self) -> tuple[int, bytes]:
        """Read one masked frame: its first byte, and its payload."""
        first, size = self.take(2)
        assert size & 0x80, "a client masks its frames"
        size &= 0x7F
        if size == 126:
            size = int.from_bytes(self.take(2), "big")
        mask = self.take(4)
        return first, bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.take(size)))

    def end(self) -> str:
        """Read to the connection's end; return ``fin`` or ``rst`` (also one that came behind a FIN)."""
        try:
            while self._fill():
                pass
        except ConnectionResetError:
            return "rst"
        return "rst" if self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else "fin"


Script = Callable[[Peer], object]
"""What a server does with one connection; it is closed after it."""


@dataclass
class Served:
    """A server that runs."""

    port: int
    scheme: str
    errors: list[BaseException] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def acts(*steps: Script) -> Script:
    """Return the script that does these, one after the other."""

    def script(peer: Peer) -> None:
        for step in steps:
            step(peer)

    return script


def sends(data: bytes) -> Script:
    """Return the act of sending bytes."""
    return lambda peer: peer.send(data)


def says(*texts: str) -> Script:
    """Return the act of sending text frames."""
    return lambda peer: peer.say(*texts)


def gets(*answers: str | bytes, into: list[bytes] | None = None) -> Script:
    """Return the script that answers GETs, by payloads or whole answers, then waits for the end."""

    def script(peer: Peer) -> None:
        for given in answers:
            head = peer.request()
            if into is not None:
                into.append(head)
            peer.send(answer(given) if isinstance(given, str) else given)
        peer.end()

    return script


def posts(into: list[str], *answers: bytes) -> Script:
    """Return the script that keeps what is posted, answers with these or "ok", then waits for the end."""

    def script(peer: Peer) -> None:
        given = iter(answers)
        while peer.comes():
            into.append(peer.post()[1].decode())
            peer.send(next(given, answer("ok")))
        peer.end()

    return script


def upgrades(then: bytes = b"") -> Script:
    """Return the act of agreeing to an upgrade, with something sent right behind."""
    return lambda peer: peer.upgrade(then)


def resets(peer: Peer) -> None:
    """Reset the connection."""
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.sock.close()


def _play(served: Served, sock: socket.socket, context: ssl.SSLContext | None, script: Script) -> None:
    try:
        with sock:
            sock.settimeout(DEADLINE_S)
            if context is None:
                script(Peer(sock))
            else:
                with context.wrap_socket(sock, server_side=True) as over_tls:
                    script(Peer(over_tls))
    except BaseException as error:  # raised again in the test's own thread
        served.errors.append(error)


def _accept(
    served: Served, listener: socket.socket, context: ssl.SSLContext | None, scripts: Sequence[Script]
) -> None:
    threads = []
    for script in scripts:
        try:
            sock, _ = listener.accept()
        except OSError as error:
            served.errors.append(error)
            break
        threads.append(threading.Thread(target=_play, args=(served, sock, context, script), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(DEADLINE_S)


@contextlib.contextmanager
def serve(*scripts: Script, context: ssl.SSLContext | None = None, is_whole: bool = True) -> Iterator[Served]:
    """Listen on a free port of 127.0.0.1; the n-th connection gets the n-th script.

    Args:
        is_whole: whether every script must be played to its end.

    Raises:
        AssertionError: what a script asserted; or a script was not played to its end.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE_S)
        served = Served(listener.getsockname()[1], "https" if context else "http")
        player = threading.Thread(target=_accept, args=(served, listener, context, scripts), daemon=True)
        player.start()
        yield served
        if is_whole:
            player.join(DEADLINE_S)
    if not is_whole:
        return
    if served.errors:
        raise served.errors[0]
    assert not player.is_alive(), "a script was not played to its end"
