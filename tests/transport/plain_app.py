"""An app for the tests of transport: every page opens its socket in the same way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Handshake, HandshakeWay, Opening

__all__ = ["HANDSHAKE", "PlainApp"]

HANDSHAKE = '420["handshake",{"client_id":"c0ffee"}]'


_OPENING = Opening(HandshakeWay.EVENT, handshake=Handshake(HANDSHAKE, ack_id=0, refusal="[false]"))


@dataclass(frozen=True)
class PlainApp:
    """What ``loadtest.apps`` makes of a profile's ``[app]``, without a profile."""

    opening: Opening = _OPENING
    headers: Mapping[str, str] = field(default_factory=dict)
    preset: str = "plain"
    pages: Sequence[tuple[str, float]] = (("/", 1.0),)
    socket_path: str = "/socket.io/"
    quiet_s: float = 0.0

    def open(self, body: str, tab_id: str, navigation: str) -> Opening:
        """Open every page's socket in the same way; a page that says "nothing" holds nothing."""
        assert len(tab_id) == 36
        assert len(navigation) == 32
        if body == "nothing":
            raise ExtractionError("no client_id on the page")
        return self.opening
