"""Everything that a locustfile of a user's own needs, to import from one place."""

from loadtest.errors import ExtractionError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Namespace, Opening
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.swarm.plugin import register
from loadtest.swarm.shape import PoolShape
from loadtest.swarm.user import TabUser
from loadtest.transport.conversation import Conversation

__all__ = [
    "BY_CLOCK",
    "POINTS",
    "STAY",
    "Caller",
    "Conversation",
    "Departure",
    "ExtractionError",
    "Handshake",
    "HandshakeWay",
    "Manner",
    "Namespace",
    "Opening",
    "PoolShape",
    "TabUser",
    "Transport",
    "register",
]
