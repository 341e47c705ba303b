"""An app for the tests of transport: every page opens its socket in the same way."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.apps.app import Access
from loadtest.errors import ExtractionError
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

__all__ = ["HANDSHAKE", "PlainApp"]

HANDSHAKE = '420["handshake",{"client_id":"c0ffee"}]'


_OPENING = Opening(HandshakeWay.EVENT, handshake=Handshake(HANDSHAKE, ack_id=0, refusal="[false]"))


@dataclass(frozen=True)
class PlainApp:
    """What ``loadtest.apps`` makes of a profile's ``[app]``, without a profile."""

    opening: Opening = _OPENING
    access: Access = Access()  # noqa: RUF009  # frozen
    preset: str = "plain"
    namespaces: Sequence[str] = ("/",)

    def open(self, body: str, caller: Caller) -> Opening:
        """Open every page's socket in the same way; a page that says "nothing" holds nothing."""
        assert len(caller.tab_id) == 36
        assert len(caller.navigation) == 32
        if body == "nothing":
            raise ExtractionError("no client_id on the page")
        return self.opening
