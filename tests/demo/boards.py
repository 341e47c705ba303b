"""A demo board in a process of its own, and visitors who send it each packet by hand."""

import contextlib
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import websocket
from websocket import ABNF

from loadtest.demo.fault import Fault

__all__ = ["Board", "Visitor", "board"]

_DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True)
class Board:
    """A board that accepts."""

    url: str
    log: Path
    process: "subprocess.Popen[str]"

    def errors(self) -> int:
        """Count the KeyErrors that the frameworks have logged."""
        return len(re.findall(r"^KeyError", self.log.read_text(), re.MULTILINE))

    def await_errors(self, count: int) -> int:
        """Return the number of errors, once it is at least ``count`` or the deadline has passed."""
        deadline = time.monotonic() + _DEADLINE_S
        while self.errors() < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.errors()

    def go_round(self) -> None:
        """Let the board's event loop go round often enough to have seen everybody who has left."""
        for _ in range(20):
            with urllib.request.urlopen(self.url, timeout=_DEADLINE_S) as answer:
                answer.read()


@contextlib.contextmanager
def board(fault: Fault, log: Path) -> Iterator[Board]:
    """Serve a board on a free port; end it by SIGTERM."""
    command = [sys.executable, "-m", "loadtest.demo", "--fault", fault, "--port", "0"]
    with (
        log.open("wb") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout is not None
        try:
            found = re.fullmatch(r"demo board on (http://127\.0\.0\.1:\d+/)\n", process.stdout.readline())
            assert found, log.read_text()
            yield Board(found[1], log, process)
        finally:
            process.terminate()
            process.wait(_DEADLINE_S)


class Visitor:
    """One page load and its socket, step by step."""

    def __init__(self, url: str) -> None:
        with urllib.request.urlopen(url, timeout=_DEADLINE_S) as answer:
            self.page = answer.read().decode()
        found = re.search(r'data-visitor="([^"]+)"', self.page)
        assert found
        self.id = found[1]
        address = f"{url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(address, timeout=_DEADLINE_S)
        self.opened = str(self.socket.recv())

    @property
    def handshake(self) -> str:
        """The packet that asks for a seat."""
        return f'420["join",{{"visitor":"{self.id}"}}]'

    def send(self, text: str) -> None:
        """Send one text frame."""
        self.socket.send(text)

    def send_half(self, text: str) -> None:
        """Send the first half of a text frame."""
        frame = ABNF.create_frame(text, ABNF.OPCODE_TEXT).format()
        assert self.socket.sock
        self.socket.sock.send(frame[: len(frame) // 2])

    def read_until(self, start: str) -> str:
        """Read frames, answering pings, until one begins so; return it."""
        while not (text := str(self.socket.recv())).startswith(start):
            if text == "2":
                self.send("3")
        return text

    def leave(self) -> None:
        """Close TCP."""
        assert self.socket.sock
        self.socket.sock.close()

    def join(self) -> str:
        """Shake hands; return the acknowledgement."""
        self.send(self.handshake)
        return self.read_until("430")

    def leave_at(self, point: str) -> None:
        """Go on to a point of DEPARTURES.md, and leave there."""
        self._go_to(point)
        self.leave()

    def _go_to(self, point: str) -> None:
        if point == "P14":
            return
        self.send("40")
        if point == "P15":
            return
        self.read_until("40")
        if point == "P16":
            return
        if point == "P16b":
            self.send_half(self.handshake)
            return
        if point == "P17":
            self.send(self.handshake)
            return
        self.join()
        if point == "P18":
            return
        self.read_until('42["announced"')
        if point == "P20":
            self.send_half('42["note","x"]')
