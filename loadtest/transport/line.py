"""One TCP connection, with the bytes that were read from it and that nobody has used yet."""

import _socket  # gevent's own wraps each socket in two watchers and Python code: 20 µs more a visit
import errno
import os
import struct
from dataclasses import dataclass
from socket import IPPROTO_TCP, SHUT_WR, SO_ERROR, SO_LINGER, SOCK_STREAM, SOL_SOCKET, TCP_NODELAY
from typing import Any

import gevent

__all__ = ["Address", "Line"]

_READ, _WRITE = 1, 2
"""Events of gevent's (libev's) loop."""
_CHUNK_BYTES = 65536
_IS_BORN_NONBLOCKING = hasattr(_socket, "SOCK_NONBLOCK")  # Linux: a system call less
_KIND = SOCK_STREAM | getattr(_socket, "SOCK_NONBLOCK", 0)
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
_MOST_DRAINED = 64
"""Chunks that ``drain`` throws away at most: a server that never stops must not hold a visitor."""
_NOT_YET = frozenset({errno.EAGAIN, errno.EWOULDBLOCK})
_NOT_CONNECTED_YET = _NOT_YET | {errno.ENOTCONN}  # ENOTCONN: macOS


@dataclass(frozen=True, slots=True)
class Address:
    """A numeric address, so that nothing looks up a name when a connection is opened."""

    family: int
    sockaddr: tuple[Any, ...]


class Line:
    """A connection whose waits are gevent's, and whose time-out is the visit's alarm.

    It begins to connect when it is made; the first ``send`` waits for that, which on a fast network means
    that nothing waits at all. Every wait can be broken off; ``close`` and ``reset`` never wait.

    Raises:
        OSError: from any method, what the system says.
    """

    __slots__ = ("_hub", "_is_connecting", "_reader", "_socket", "buffer")

    def __init__(self, address: Address) -> None:
        self.buffer = b""
        self._reader: Any = None
        self._hub = gevent.get_hub()
        self._socket = _socket.socket(address.family, _KIND)
        try:
            if not _IS_BORN_NONBLOCKING:
                self._socket.setblocking(False)
            self._socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            status = self._socket.connect_ex(address.sockaddr)
            if status not in (0, errno.EINPROGRESS):
                raise OSError(status, os.strerror(status))
        except BaseException:
            self._socket.close()
            raise
        self._is_connecting = status != 0

    def finish_connecting(self) -> None:
        """Wait until the connection stands."""
        if self._is_connecting:
            self._wait_to_write()
            self._is_connecting = False

    def _wait_to_write(self) -> None:
        writer = self._hub.loop.io(self._socket.fileno(), _WRITE)
        try:
            self._hub.wait(writer)
        finally:
            writer.close()
        status = self._socket.getsockopt(SOL_SOCKET, SO_ERROR)
        if status:
            raise OSError(status, os.strerror(status))

    def send(self, data: bytes) -> None:
        """Send all of it."""
        left = memoryview(data)
        while left:
            try:
                left = left[self._socket.send(left) :]
            except OSError as error:
                if error.errno not in (_NOT_CONNECTED_YET if self._is_connecting else _NOT_YET):
                    raise
                self._wait_to_write()
            self._is_connecting = False

    def fill(self) -> bool:
        """Wait for bytes, and add them to ``buffer``; False when there will be no more.

        It waits before it looks: the answer to what was sent a moment ago is hardly ever there.
        """
        data = self._receive()
        self.buffer = self.buffer + data if self.buffer else data
        return bool(data)

    def _receive(self) -> bytes:
        if self._reader is None:
            self._reader = self._hub.loop.io(self._socket.fileno(), _READ)
        while True:
            self._hub.wait(self._reader)
            try:
                return self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                continue  # select(2), BUGS: ready, and yet nothing to read

    def half_close(self) -> None:
        """Send FIN; what the server still sends can be read."""
        self._socket.shutdown(SHUT_WR)

    def is_quiet(self) -> bool:
        """Return whether nothing lies unread; what lies there is thrown away.

        Raises:
            OSError: the connection has broken.
        """
        self.buffer = b""
        try:
            self._socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return True
        return False

    def drain(self) -> bool:
        """Throw away what has come, without waiting; True when the server has closed its side too."""
        self.buffer = b""
        try:
            for _ in range(_MOST_DRAINED):
                if not self._socket.recv(_CHUNK_BYTES):
                    return True
        except BlockingIOError:
            pass
        return False

    def await_end(self) -> None:
        """Throw away what comes until the server closes its side."""
        self.buffer = b""
        while self._receive():
            pass

    def close(self) -> None:
        """Close at once. With unread bytes the system sends RST instead of FIN (RFC 2525, 2.17)."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._socket.close()

    def reset(self) -> None:
        """Close with RST, at once."""
        self._socket.setsockopt(SOL_SOCKET, SO_LINGER, _RESET_AT_CLOSE)
        self.close()
