"""Python's floor for one navigation: gevent sockets and canned bytes, no Locust, nothing checked.

python tools/floor.py URL VISITORS      runs until it is ended
"""

import sys
from urllib.parse import urlsplit

import gevent
from gevent import socket

_PAGE = b"GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: floor\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"
_UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: %s\r\nUser-Agent: floor\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def _frame(text: bytes, opcode: int = 1) -> bytes:
    """Return a short frame whose masking key is zero: its payload goes as it is."""
    return bytes([0x80 | opcode, 0x80 | len(text), 0, 0, 0, 0]) + text


_CONNECT = _frame(b"40")
_HANDSHAKE = _frame(b'420["join",{"visitor":"5f2b1c9e"}]')
_GOING_AWAY = _frame(b"\x03\xe9", opcode=8)


def _open(address: tuple[str, int]) -> socket.socket:
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.connect(address)
    return line


def _read_until(line: socket.socket, end: bytes) -> None:
    got = b""
    while not got.endswith(end):
        data = line.recv(65536)
        if not data:
            raise ConnectionError("the target closed the connection")
        got += data


def keep_visiting(address: tuple[str, int], host: bytes) -> None:
    """Visit for ever, in one tab."""
    page_line, page, upgrade = _open(address), _PAGE % host, _UPGRADE % host
    while True:
        page_line.sendall(page)
        _read_until(page_line, b"</p>\n")
        line = _open(address)
        line.sendall(upgrade)
        _read_until(line, b"}")  # the 101 answer and the open packet
        line.sendall(_CONNECT)
        _read_until(line, b"}")
        line.sendall(_HANDSHAKE)
        _read_until(line, b"]")
        line.sendall(_GOING_AWAY)
        line.close()


def main() -> None:
    """Keep so many visitors busy."""
    parts = urlsplit(sys.argv[1])
    address = (str(parts.hostname), parts.port or 80)
    visitors = [gevent.spawn(keep_visiting, address, parts.netloc.encode()) for _ in range(int(sys.argv[2]))]
    gevent.joinall(visitors, raise_error=True)


if __name__ == "__main__":
    main()
