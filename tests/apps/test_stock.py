"""Frameworks whose pages are their apps' own: all keys of generic, under their own names."""

import pytest

from loadtest.apps.preset import PRESETS
from loadtest.apps.stock import STOCK
from loadtest.navigation.opening import Caller, Handshake, HandshakeWay, Opening

TAB = "ecac0a4a-982f-4aba-87bf-8fbb63f15ddf"
NAVIGATION = "f7b8e4ab405a0812fe46003da91f4ff2"
CALLER = Caller(TAB, NAVIGATION)
CLIENT = "5d357228-66fa-496b-a3a7-89a2fc342276"
DOCUMENT = "f7b8e4ab-405a-4812-8e46-003da91f4ff2"
VALUES = {"tab_id": TAB, "document_id": DOCUMENT, "navigation": NAVIGATION}
PAGE = '<body data-client="5d357228-66fa-496b-a3a7-89a2fc342276"><script>const socket = io();</script>'


@pytest.mark.parametrize("name", STOCK)
def test_an_apps_own_handshake_is_emitted_as_its_page_does(name: str) -> None:
    preset = PRESETS[name]
    keys = {
        "preset": name,
        "extract": {"client": {"css": "body", "attr": "data-client"}},
        "handshake": {"event": "handshake", "data": {"client_id": "$client"}, "ack": True},
    }

    app = preset.build(preset.table.model_validate(keys))

    assert (app.preset, app.access.socket_path, app.access.quiet_s) == (name, "/socket.io/", 0.0)
    assert app.access.transports == ("upgrade", "websocket")
    assert app.open(PAGE, CALLER) == Opening(  # as Chromium sent it
        HandshakeWay.EVENT,
        connect="40",
        disconnect="41",
        handshake=Handshake(
            '420["handshake",{"client_id":"5d357228-66fa-496b-a3a7-89a2fc342276"}]', ack_id=0
        ),
        values={**VALUES, "client": CLIENT},
    )


@pytest.mark.parametrize("name", STOCK)
def test_an_app_without_a_handshake_needs_its_name_only(name: str) -> None:
    preset = PRESETS[name]

    opening = preset.build(preset.table.model_validate({"preset": name})).open(PAGE, CALLER)

    assert opening == Opening(HandshakeWay.NONE, connect="40", disconnect="41", values=VALUES)
