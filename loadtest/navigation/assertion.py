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
    visit lasts; or again and again, no gap longer than ``every_s``.

    A visit that leaves before all of this could be told is not judged, even if what it saw was wrong by
    then: those who leave early would otherwise be judged only when it went one way, and the counts by
    departure would blame, or clear, the early ones for leaving early.
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
    late: int = 0
    """Arrivals after the window."""
    asked: int = 0
    """Of an acknowledgement: how often it was asked for."""

    def begin(self, now: float) -> None:
        """Start, once; what came before counts as come at once."""
        if self.began is None:
            self.began = now
            self.last = now

    def ask(self, now: float) -> None:
        """Start, or start again for one more acknowledgement."""
        self.asked += 1
        self.began = now

    def hear(self, arguments: Sequence[Any], now: float) -> None:
        """Take note that what is watched for has come."""
        wanted = self.assertion.equals
        if wanted is not None and list(arguments) != list(wanted):
            self.wrong = self.wrong or f"came with {_shown(arguments)}"
        self.count += 1
        if self.began is not None:
            self.longest_gap_s = max(self.longest_gap_s, now - self.last)
            self.late += now - self.began > self.assertion.within_s
        self.last = now

    def judge(self, now: float) -> tuple[bool, str | None]:
        """Return whether it can be judged now, at the visit's end, and what is wrong, if anything is.

        What is wrong is told without measured figures: equal faults have equal texts, and are counted.
        """
        assertion = self.assertion
        if self.began is None or now - self.began < assertion.needs_s:
            return False, None
        if self.wrong:
            return True, self.wrong
        if assertion.every_s is not None:
            return True, self._judge_gaps(assertion.every_s, now)
        each = max(self.asked, 1)
        return True, self._judge_times(None if assertion.times is None else assertion.times * each, each)

    def _judge_times(self, times: int | None, least: int) -> str | None:
        if times == 0 and self.count:
            return f"came {_times(self.count)}, and should not come"
        if times is not None and self.count > times:
            return f"came {_times(self.count)}, not {_times(times)}"
        in_time = self.count - self.late
        wanted = least if times is None else times
        if in_time >= wanted:
            return None
        window = f"within {self.assertion.within_s:g} s"
        if not self.count:
            return f"did not come {window}"
        if not in_time:
            return f"came too late, not {window}"
        return f"came {_times(in_time)} {window}, not {_times(wanted)}"

    def _judge_gaps(self, every_s: float, now: float) -> str | None:
        gap_s = max(self.longest_gap_s, now - self.last)
        return f"stayed away, did not come every {every_s:g} s" if gap_s > every_s else None


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
            watch.ask(now)

    def hear(self, packet: Packet, now: float) -> None:
        """Take in an event or an acknowledgement.

        Raises:
            ProtocolError: it is not JSON.
        """
        if packet.kind in _EVENTS:
            self._hear_event(packet, now)
        elif packet.kind in _ACKS and packet.id is not None:
            event = self._acks.get((packet.namespace, packet.id))  # kept: the same may come twice
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
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _shown(arguments: Sequence[Any]) -> str:
    text = repr(list(arguments))
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
