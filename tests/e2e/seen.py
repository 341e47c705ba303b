"""What a server is to see of a departure, as a value that can be compared with what it saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_high

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.navigation.record import NavigationRecord
from tests.e2e.witnessing import Session, Witnessed

__all__ = [
    "CONNECTED",
    "NO_EVENT",
    "OVERTAKEN_AT_MOST",
    "OVERTAKEN_WORDS",
    "RUNNING",
    "SHAKEN",
    "Seen",
    "Story",
    "is_noticed_late",
    "misfits",
]

PING_TIME_S = 8.0 - 0.01
"""The witnesses' ping interval + ping timeout; Node's timers may be a millisecond early."""
PING_TIMEOUT_S = 5.0 - 0.01
OVERTAKEN_AT_MOST = 0.4
"""The share of a cell's visits: most of them are the usual ones, however busy the machine."""
ODD_ENDS_AT_MOST = 0.2
"""The share of a cell's visits whose end may be told with another reason, or come too early."""

Story = tuple[str, ...]
"""The events of one Engine.IO session, in their order; its end, ``gone``, is not among them."""

NO_EVENT: Story = ("open",)
CONNECTED: Story = ("open", "connect", "connect.", "disconnect")
SHAKEN: Story = ("open", "connect", "connect.", "handshake", "handshake.", "disconnect")
RUNNING: Story = ("open", "connect", "connect.", "handshake", "disconnect", "handshake.")
"""The handshake's handler runs on, after its client's disconnect."""

_WORDS_LOST: tuple[Story, ...] = (
    (
        *("open", "connect", "connect.", "connect /second", "connect. /second"),
        *("handshake", "handshake.", "disconnect", "disconnect /second"),
    ),
    (
        *("open", "connect", "connect /second", "connect.", "connect. /second"),
        *("handshake", "handshake.", "disconnect", "disconnect /second"),
    ),
)
OVERTAKEN_WORDS: Mapping[tuple[str, Transport, Manner], tuple[Story, ...]] = {
    ("P26", transport, Manner.RST): _WORDS_LOST for transport in (Transport.WEBSOCKET, Transport.UPGRADE)
}
"""An RST makes the kernel drop what the server has not read yet: here the DISCONNECT of one namespace."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be seen of one session."""

    story: Story
    disconnect: frozenset[str]
    """The reasons that its disconnect handlers may be given."""
    gone: frozenset[str]
    """The reasons for which it may end."""
    is_late: bool
    """Whether its end shows only when ping interval + ping timeout are over."""
    chance: tuple[Story, ...] = ()
    """What may be seen as well: which, is chance."""
    overtaken: tuple[Story, ...] = ()
    """What may be seen of some instead, on a busy machine: where the handler, during whose 200 ms they were
    to leave, was done already, or an RST overtook the client's last word."""

    def fits(self, session: Session) -> bool:
        """Whether the session is the usual one."""
        reasons = session.reasons
        return (
            session.events in (self.story, *self.chance)
            and set(reasons.get("disconnect", ())) <= self.disconnect
            and set(reasons.get("gone", ())) <= self.gone
            and (not self.is_late or session.lasted_s >= PING_TIME_S)
        )


def misfits(seen: Seen, sessions: Sequence[Session]) -> list[Session]:
    """Return the sessions that are not as they are to be, beyond those that a busy machine makes so."""
    unusual = [session for session in sessions if not seen.fits(session)]
    overtaken = [session for session in unusual if session.events in seen.overtaken]
    odd = [session for session in unusual if session.events == seen.story]
    others = [session for session in unusual if session.events not in (seen.story, *seen.overtaken)]
    if len(overtaken) > len(sessions) * OVERTAKEN_AT_MOST:
        others += overtaken
    if len(odd) > len(sessions) * ODD_ENDS_AT_MOST:
        others += odd
    return others


def is_noticed_late(visits: Sequence[Witnessed], number: int = 0) -> bool:
    """Whether the ends of most visits' sessions showed a ping time-out or more after the client had left.

    Args:
        number: which of a visit's sessions. When the second one began no record tells: it is late when it
            lasted for the ping times.
    """
    if number:
        return median_high(visit.sessions[number].lasted_s for visit in visits) >= PING_TIME_S
    unnoticed_s = [visit.sessions[0].lasted_s - _connected_s(visit.record) for visit in visits]
    return median_high(unnoticed_s) >= PING_TIMEOUT_S


def _connected_s(record: NavigationRecord) -> float:
    """Return how long the client was there: a busy machine makes that long, and is no ping time-out."""
    assert record.started_s is not None
    assert record.left_s is not None
    until_open_ms = sum(record.phases_ms.get(phase, 0.0) for phase in (Phase.PAGE, Phase.OPEN))
    return record.left_s - record.started_s - until_open_ms / 1000
