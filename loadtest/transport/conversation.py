"""What a visit says and hears between its handshake and its leaving: its steps."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import jmespath
import socketio.packet

from loadtest.apps.template import filled
from loadtest.errors import ProtocolError
from loadtest.navigation.act import Act, Emit, Think, Wait
from loadtest.navigation.packet import Packet, PacketKind, write_event
from loadtest.navigation.record import Outcome
from loadtest.transport.channel import Message
from loadtest.transport.fault import VisitError

__all__ = ["Conversation", "Ear"]

_EVENTS = frozenset({PacketKind.EVENT, PacketKind.BINARY_EVENT})
_MOST_HEARD = 1000
"""Events that are kept for a step that may wait for them; the oldest are forgotten."""
_UNFIT = (ValueError, TypeError, ArithmeticError, RecursionError)
"""What an answer can make ``jmespath`` raise: its own errors, ``ceil`` of 1e999, brackets without end."""
_FIRST_ACK_ID = 1
"""The handshake has 0."""


class Ear(Protocol):
    """The visit's connection, as a conversation needs it."""

    def say(self, messages: Sequence[Message]) -> None:
        """Send packets, within a deadline.

        Raises:
            Rang: the server does not take them, or the visit's own departure has come.
            VisitError: the visit has ended otherwise.
        """

    def hear_until(self, until: float) -> bool:
        """Take in one message and return True, or return False when the time has come.

        Raises:
            Rang: the visit's own departure has come.
            VisitError: the visit has ended otherwise.
        """


Asked = Callable[[str, int, str, float], None]
"""Told of each event that asks for an acknowledgement: namespace, id, event, when."""


class Conversation:
    """One visit's talk with its app; events are emitted, acknowledgements and events are waited for.

    Raises:
        VisitError: from any method that waits, what was waited for did not come in time, or the visit ended.
    """

    def __init__(
        self, ear: Ear, namespace: str, values: Mapping[str, str], asked: Asked = lambda *_: None
    ) -> None:
        self.values = dict(values)
        """What ``$name`` stands for: values of the page, of the tab's data, of earlier answers."""
        self.checks: dict[str, str | None] = {}
        """What ``check`` was told, by name: None where it held."""
        self._ear = ear
        self._asked = asked
        self._namespace = namespace
        self._next_id = _FIRST_ACK_ID
        self._heard: deque[tuple[str, str, list[Any]]] = deque(maxlen=_MOST_HEARD)
        self._answers: dict[tuple[str, int], list[Any]] = {}
        self._unfinished: tuple[Packet, list[bytes]] | None = None

    def emit(self, event: str, *arguments: Any, namespace: str | None = None) -> None:
        """Emit an event that nothing acknowledges; ``bytes`` among the arguments make it a binary one."""
        self._ear.say(_write(namespace or self._namespace, event, arguments, None))

    def call(
        self, event: str, *arguments: Any, within_s: float = 10.0, namespace: str | None = None
    ) -> list[Any]:
        """Emit an event, and return the arguments of its acknowledgement."""
        namespace = namespace or self._namespace
        ack_id, self._next_id = self._next_id, self._next_id + 1
        now = time.monotonic()
        self._asked(namespace, ack_id, event, now)
        self._ear.say(_write(namespace, event, arguments, ack_id))
        while (namespace, ack_id) not in self._answers:
            if not self._ear.hear_until(now + within_s):
                raise VisitError(Outcome.TIMED_OUT, f"no acknowledgement of {event!r} within the deadline")
        return self._answers.pop((namespace, ack_id))

    def wait_for(self, event: str, *, within_s: float = 10.0, namespace: str | None = None) -> list[Any]:
        """Return the arguments of the next such event; one that came before and was not waited for counts."""
        namespace = namespace or self._namespace
        until = time.monotonic() + within_s
        while True:
            for heard in self._heard:
                if heard[:2] == (namespace, event):
                    self._heard.remove(heard)
                    return heard[2]
            if not self._ear.hear_until(until):
                raise VisitError(Outcome.TIMED_OUT, f"no event {event!r} within the deadline")

    def think(self, seconds: float) -> None:
        """Do nothing for a while; pings are answered."""
        until = time.monotonic() + seconds
        while self._ear.hear_until(until):
            pass

    def check(self, holds: bool, name: str, wrong: str = "does not hold") -> None:
        """Assert something about what the client saw; a breach is a finding, and the visit goes on."""
        if self.checks.get(name) is None:
            self.checks[name] = None if holds else wrong

    def perform(self, acts: Sequence[Act], quantiles: Sequence[float]) -> None:
        """Do the steps of a profile; ``quantiles`` are the random draws in [0, 1), one for each step."""
        for act, quantile in zip(acts, quantiles, strict=True):
            match act:
                case Think():
                    self.think(act.seconds.at(quantile))
                case Wait():
                    answer = self.wait_for(act.event, within_s=act.within_s, namespace=act.namespace)
                    self._save(act.save, answer)
                case Emit():
                    self._save(act.save, self._emit(act))

    def _emit(self, act: Emit) -> list[Any]:
        arguments = [filled(argument, self.values) for argument in act.data]
        if act.attachment_bytes is not None:
            arguments.append(os.urandom(act.attachment_bytes))
        if act.ack:
            return self.call(act.event, *arguments, within_s=act.within_s, namespace=act.namespace)
        self.emit(act.event, *arguments, namespace=act.namespace)
        return []

    def _save(self, save: Mapping[str, str], answer: list[Any]) -> None:
        for name, expression in save.items():
            try:
                found = jmespath.search(expression, answer)  # compiled ones are kept by the library
            except _UNFIT:
                found = None
            if not isinstance(found, str | int | float):
                raise VisitError(Outcome.FAILED, "an answer lacks what a step saves", name)
            self.values[name] = found if isinstance(found, str) else json.dumps(found)

    def hear(self, message: Packet | bytes) -> None:
        """Take in an event, an acknowledgement, or an attachment of one.

        Raises:
            ProtocolError: it is not JSON.
        """
        if isinstance(message, bytes):
            if self._unfinished:
                self._unfinished[1].append(message)
                self._finish()
            return
        if message.attachments:
            self._unfinished = (message, [])
        else:
            self._keep(message, message.decode())

    def _finish(self) -> None:
        assert self._unfinished is not None, "only an attachment brings it here"
        packet, attachments = self._unfinished
        if len(attachments) == packet.attachments:
            self._unfinished = None
            try:
                data = _with_attachments(packet.decode(), attachments)
            except RecursionError as error:
                raise ProtocolError(f"a {packet.kind} packet that nests too deep") from error
            self._keep(packet, data)

    def _keep(self, packet: Packet, data: Any) -> None:
        if packet.kind in _EVENTS:
            if isinstance(data, list) and data and isinstance(data[0], str):
                self._heard.append((packet.namespace, data[0], data[1:]))
        elif packet.id is not None and packet.id >= _FIRST_ACK_ID:
            self._answers[packet.namespace, packet.id] = data if isinstance(data, list) else [data]


def _write(namespace: str, event: str, arguments: Sequence[Any], ack_id: int | None) -> list[Message]:
    if not any(map(_has_bytes, arguments)):
        return [write_event(namespace, event, arguments, ack_id)]
    packet = socketio.packet.Packet(
        socketio.packet.EVENT, data=[event, *arguments], namespace=namespace, id=ack_id
    )
    text, *attachments = packet.encode()
    return [f"4{text}", *attachments]


def _has_bytes(value: Any) -> bool:
    match value:
        case bytes():
            return True
        case dict():
            return any(map(_has_bytes, value.values()))
        case list() | tuple():
            return any(map(_has_bytes, value))
        case _:
            return False


def _with_attachments(value: Any, attachments: Sequence[bytes]) -> Any:
    match value:
        case {"_placeholder": True, "num": int(number)} if 0 <= number < len(attachments):
            return attachments[number]
        case dict():
            return {key: _with_attachments(inner, attachments) for key, inner in value.items()}
        case list():
            return [_with_attachments(inner, attachments) for inner in value]
        case _:
            return value
