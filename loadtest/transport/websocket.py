"""websocket-client's WebSocket with a fast lane for what Socket.IO mostly sends: short text frames."""

import random
import struct
from collections.abc import Sequence

import websocket
from websocket import ABNF, STATUS_GOING_AWAY, WebSocketPayloadException, WebSocketProtocolException

from loadtest.navigation.record import Outcome
from loadtest.transport.channel import Message
from loadtest.transport.fault import CLOSED, VisitError
from loadtest.transport.line import Line

__all__ = ["GOING_AWAY", "LeanWebSocket", "masked_frame"]

GOING_AWAY = struct.pack(">H", STATUS_GOING_AWAY)
"""Payload of the close frame that a browser sends when it navigates (RFC 6455, 7.4.1)."""

_FINAL = 0x80
_FINAL_TEXT = _FINAL | ABNF.OPCODE_TEXT
_MASKED = 0x80
_LENGTH_16 = 126
_SHORT_BYTES = 1 << 16
_SHORT_CHARACTERS = _SHORT_BYTES // 4  # of UTF-8
_MOST_BYTES = 16 * 1024 * 1024
"""Of one message that comes through the library; python-engineio's own limit is 1 MB."""

_pack_short = struct.Struct(">BB4s").pack
_pack_long = struct.Struct(">BBH4s").pack


def _mask_key(size: int = 4) -> bytes:
    """Return a masking key: random, but without a system call for each frame.

    A key must be unpredictable so that a page's script cannot choose the bytes on the wire (RFC 6455, 10.3);
    there is no such script here.
    """
    return random.getrandbits(8 * size).to_bytes(size, "big")


def masked_frame(data: bytes, opcode: int = ABNF.OPCODE_TEXT) -> bytes:
    """Return a final frame of less than 64 KiB, as ``ABNF.create_frame(…).format()`` does."""
    size = len(data)
    key = _mask_key()
    mask = (key * ((size >> 2) + 1))[:size]
    masked = (int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")
    if size < _LENGTH_16:
        return _pack_short(_FINAL | opcode, _MASKED | size, key) + masked
    return _pack_long(_FINAL | opcode, _MASKED | _LENGTH_16, size, key) + masked


class LeanWebSocket(websocket.WebSocket):
    """A client's WebSocket over a line that has been upgraded.

    Final, unmasked text frames up to 64 KiB are parsed and built by hand. Everything else (fragments, long,
    binary and control frames, faults) is the library's, which reads on from the same buffer; tests compare
    the two byte for byte. Its ``close`` is never called: it waits, and it swallows ``GreenletExit``.

    Raises:
        VisitError: from any method, the server closed the connection.
        OSError: the connection broke.
        WebSocketException: no WebSocket server sends this.
    """

    def __init__(self, line: Line) -> None:
        # the library's own beginning waits until it is needed: most visits never leave the fast lane
        self._is_library_ready = False
        self.get_mask_key = _mask_key
        self.line = line
        self._allowance = _MOST_BYTES
        self._is_amid_message = False
        """Whether the library has a part of a message already, and must have the rest of it too."""

    def _prepare_library(self) -> None:
        if not self._is_library_ready:
            super().__init__(get_mask_key=self.get_mask_key, enable_multithread=False)
            self._is_library_ready = True

    def _recv(self, bufsize: int) -> bytes:
        """Give the library bytes that have been read, or wait for more."""
        line = self.line
        if not line.buffer and not line.fill():
            raise VisitError(Outcome.LOST, CLOSED)
        data, line.buffer = line.buffer[:bufsize], line.buffer[bufsize:]
        self._allowance -= len(data)
        if self._allowance < 0:
            raise WebSocketProtocolException(f"a message of more than {_MOST_BYTES} bytes")
        return data

    def _send(self, data: str | bytes) -> int:
        """Send all of what the library wrote."""
        self.line.send(data.encode() if isinstance(data, str) else data)
        return len(data)

    def send_text(self, text_data: str) -> int:
        """Send a text message."""
        data = text_data.encode()
        if len(data) >= _SHORT_BYTES:
            self._prepare_library()
            return super().send_text(text_data)
        self.line.send(masked_frame(data))
        return len(data)

    @property
    def lines(self) -> Sequence[Line]:
        """The one connection."""
        return (self.line,)

    def send_all(self, messages: Sequence[Message]) -> None:
        """Send messages back to back: short texts in one piece, so that they arrive together."""
        if len(messages) == 1 and isinstance(messages[0], str):
            self.send_text(messages[0])
            return
        if all(isinstance(message, str) and len(message) < _SHORT_CHARACTERS for message in messages):
            self.line.send(b"".join([masked_frame(str(message).encode()) for message in messages]))
            return
        for message in messages:
            if isinstance(message, str):
                self.send_text(message)
            else:
                self._prepare_library()
                self.send_binary(message)

    def listen(self) -> None:
        """Do nothing: a server can always send over a WebSocket."""

    def await_message(self) -> None:
        """Wait until something has come; pings of WebSocket's own are something too."""
        if not self.line.buffer and not self.line.fill():
            raise VisitError(Outcome.LOST, CLOSED)

    def send_going_away(self) -> None:
        """Send the close frame of a browser that navigates; nobody waits for its answer."""
        self.line.send(masked_frame(GOING_AWAY, ABNF.OPCODE_CLOSE))

    def receive(self) -> Message:
        """Wait for a message; pings are answered on the way."""
        while (message := self.receive_next()) is None:
            pass
        return message

    def receive_next(self) -> Message | None:
        """Wait for a frame; None when it was no message (a ping, which is answered, or a pong)."""
        line = self.line
        if self._is_amid_message:
            return self._receive_through_library()
        while True:
            buffer = line.buffer
            have = len(buffer)
            if have >= 2:
                begin, size = 2, buffer[1]
                if buffer[0] != _FINAL_TEXT or size > _LENGTH_16:
                    return self._receive_through_library()
                if size == _LENGTH_16:
                    begin, size = 4, int.from_bytes(buffer[2:4], "big")
                end = begin + size
                if have >= end:
                    line.buffer = buffer[end:]
                    return _decode(buffer[begin:end])
            if not line.fill():
                raise VisitError(Outcome.LOST, CLOSED)

    def _receive_through_library(self) -> Message | None:
        self._prepare_library()
        self._allowance = _MOST_BYTES
        self._is_amid_message = True  # also when the wait is broken off
        opcode, data = self.recv_data(control_frame=True)
        self._is_amid_message = self.cont_frame.recving_frames is not None  # a ping between two fragments
        match opcode:
            case ABNF.OPCODE_CLOSE:
                raise _closed_by(data)
            case ABNF.OPCODE_TEXT:
                return _decode(data)
            case ABNF.OPCODE_BINARY:
                return bytes(data)
            case _:
                return None

    def round_trip(self, payload: bytes) -> None:
        """Send a ping and wait for its pong; what else comes is thrown away."""
        self._prepare_library()
        self.ping(payload)
        while True:
            self._allowance = _MOST_BYTES
            opcode, data = self.recv_data(control_frame=True)
            if opcode == ABNF.OPCODE_CLOSE:
                raise _closed_by(data)
            if opcode == ABNF.OPCODE_PONG and data == payload:
                return


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise WebSocketPayloadException(f"cannot decode: {data[:80]!r}") from error


def _closed_by(payload: bytes) -> VisitError:
    """Return what a close frame means: its code, and the reason that it gives."""
    code = int.from_bytes(payload[:2], "big") if payload else None
    reason = payload[2:].decode("utf-8", "replace")
    detail = None if code is None else f"{code} {reason}".strip()
    return VisitError(Outcome.LOST, "the server closed the WebSocket", detail)
