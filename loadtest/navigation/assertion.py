"""What a client must see of a server that has not forgotten it: assertions, watched without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loadtest.navigation.packet import Packet, PacketKind

__all__ = ["Assertion", "Begin", "Subject", "Watch", "Watcher"]

_ACKS = frozenset({PacketKind.ACK, PacketKind.BINARY_ACK})
_EVENTS = frozenset({PacketKind.EVENT, PacketKind.BINARY_EVENT})
_MOST_SHOWN = 80


class Begin(StrEnum):
    """What starts the watch."""

    CONNECT = "connect"
    """The CONNECT reply has been read."""
    HANDSHAKE = "handshake"
    """The handshake has been answered (of an app without one: CONNECT)."""
    STEPS = "steps"
    """All steps have been done."""


class Subject(StrEnum):
    """What is watched for."""

    EVENT = "event"
    ACK = "ack"


@dataclass(frozen=True, slots=True)
class Assertion:
    """One of a profile's ``[[assertions]]``.

    Held to: at least once within ``within_s``; or exactly ``times`` times within it, and no more while the
    visit lasts; or again and again, no gap longer than ``every_s``. A visit that leaves before this can be
    told is not judged.
    """

    name: str
    subject: Subject
    word: str
    """The event's name; of an acknowledgement: the name of the event that asked for it."""
    after: Begin = Begin.HANDSHAKE
    within_s: float = 2.0
    times: int | None = None
    every_s: float | None = None
    namespace: str = "/"
    equals: Sequence[Any] | None = None
    """What the arguments must be, when it matters."""

    @property
    def needs_s(self) -> float:
        """How long a visit must be watched for this to be judged."""
        return max(self.within_s, self.every_s or 0.0)


@dataclass(slots=True)
class Watch:
    """One assertion while one visit lasts."""

    assertion: Assertion
    began: float | None = None
    count: int = 0
    last: float = 0.0
    longest_gap_s: float = 0.0
    wrong: str | None = None
    first_after_s: float | None = None
    late: int = 0
    """Arrivals after the window."""

    def begin(self, now: float) -> None:
        """Start, once; what came before counts as come at once."""
        if self.began is None:
            self.began = now
            self.last = max(self.last, now)
            if self.count and self.first_after_s is None:
                self.first_after_s = 0.0

    def hear(self, arguments: Sequence[Any], now: float) -> None:
        """Take note that what is watched for has come."""
        wanted = self.assertion.equals
        if wanted is not None and list(arguments) != list(wanted):
            self.wrong = self.wrong or f"came with {_shown(arguments)}"
        self.count += 1
        if self.began is not None:
            after_s = now - self.began
            self.first_after_s = after_s if self.first_after_s is None else self.first_after_s
            self.longest_gap_s = max(self.longest_gap_s, now - self.last)
            self.late += after_s > self.assertion.within_s
        self.last = now

    def judge(self, now: float) -> tuple[bool, str | None]:
        """Return whether it can be judged now, at the visit's end, and what is wrong, if anything is."""
        assertion = self.assertion
        if self.wrong:
            return True, self.wrong
        if self.began is None:
            return False, None
        lasted_s = now - self.began
        if assertion.times is not None:
            return self._judge_times(assertion.times, lasted_s)
        if assertion.every_s is not None:
            return self._judge_gaps(assertion.every_s, now, lasted_s)
        if self.first_after_s is not None and self.first_after_s <= assertion.within_s:
            return True, None
        if lasted_s < assertion.within_s:
            return False, None
        if self.first_after_s is None:
            return True, f"did not come within {assertion.within_s:g} s"
        return True, f"came after {self.first_after_s:.1f} s, not within {assertion.within_s:g} s"

    def _judge_times(self, times: int, lasted_s: float) -> tuple[bool, str | None]:
        within_s = self.assertion.within_s
        if self.count > times:
            return True, f"came {_times(self.count)}, not {_times(times)}"
        if lasted_s < within_s:
            return False, None
        if self.count < times:
            return True, f"came {_times(self.count)} within {within_s:g} s, not {_times(times)}"
        in_time = self.count - self.late
        if in_time < times:
            return True, f"came {_times(in_time)} within {within_s:g} s, not {_times(times)}"
        return True, None

    def _judge_gaps(self, every_s: float, now: float, lasted_s: float) -> tuple[bool, str | None]:
        gap_s = max(self.longest_gap_s, now - self.last)
        if gap_s > every_s:
            return True, f"did not come for {gap_s:.1f} s, not every {every_s:g} s"
        return (True, None) if lasted_s >= every_s else (False, None)


class Watcher:
    """All assertions of one visit: hears its packets, and judges them when it leaves.

    ``acks`` names the events that asked for an acknowledgement, by (namespace, id).
    """

    __slots__ = ("_acks", "_by_word", "_watches")

    def __init__(self, assertions: Sequence[Assertion]) -> None:
        self._watches = [Watch(assertion) for assertion in assertions]
        self._by_word: dict[tuple[Subject, str, str], list[Watch]] = {}
        for watch in self._watches:
            assertion = watch.assertion
            key = (assertion.subject, assertion.namespace, assertion.word)
            self._by_word.setdefault(key, []).append(watch)
        self._acks: dict[tuple[str, int], str] = {}

    def begin(self, what: Begin, now: float) -> None:
        """Start the watches that wait for this."""
        for watch in self._watches:
            if watch.assertion.after is what and watch.assertion.subject is Subject.EVENT:
                watch.begin(now)

    def asked(self, namespace: str, ack_id: int, event: str, now: float) -> None:
        """Take note that an event was emitted which asks for an acknowledgement."""
        self._acks[namespace, ack_id] = event
        for watch in self._by_word.get((Subject.ACK, namespace, event), ()):
            watch.begin(now)

    def hear(self, packet: Packet, now: float) -> None:
        """Take in an event or an acknowledgement.

        Raises:
            ProtocolError: it is not JSON.
        """
        if packet.kind in _EVENTS:
            self._hear_event(packet, now)
        elif packet.kind in _ACKS and packet.id is not None:
            event = self._acks.pop((packet.namespace, packet.id), None)
            watches = self._by_word.get((Subject.ACK, packet.namespace, event or ""), ())
            if watches:
                data = packet.decode()
                for watch in watches:
                    watch.hear(data if isinstance(data, list) else [data], now)

    def _hear_event(self, packet: Packet, now: float) -> None:
        data = packet.decode()
        if not (isinstance(data, list) and data and isinstance(data[0], str)):
            return
        for watch in self._by_word.get((Subject.EVENT, packet.namespace, data[0]), ()):
            watch.hear(data[1:], now)

    def judge(self, now: float) -> Mapping[str, str | None]:
        """Return what can be judged: None where it held, else what was wrong."""
        judged = {}
        for watch in self._watches:
            can_be_judged, wrong = watch.judge(now)
            if can_be_judged:
                judged[watch.assertion.name] = wrong
        return judged


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _shown(arguments: Sequence[Any]) -> str:
    text = repr(list(arguments))
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
