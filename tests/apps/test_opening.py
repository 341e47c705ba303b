"""The packets that open a socket, as they go over the wire."""

from uuid import UUID

import pytest

from loadtest.apps.opening import connect_packet, disconnect_packet, document_id, event_packet


@pytest.mark.parametrize(
    ("packet", "frame"),
    [
        (connect_packet("/"), "40"),
        (connect_packet("/", {"token": "é"}), '40{"token":"\\u00e9"}'),
        (connect_packet("/chat"), "40/chat,"),
        (connect_packet("/chat", {}), "40/chat,{}"),
        (disconnect_packet("/"), "41"),
        (disconnect_packet("/chat"), "41/chat,"),
        (event_packet("/", "join", []), '42["join"]'),
        (event_packet("/", "join", [{"a": [1, True]}], 0), '420["join",{"a":[1,true]}]'),
        (event_packet("/chat", "join", [None], 12), '42/chat,12["join",null]'),
    ],
)
def test_a_packet_is_written_as_the_protocol_wants_it(packet: str, frame: str) -> None:
    assert packet == frame


def test_a_document_id_is_a_random_looking_uuid_made_from_the_navigations_id() -> None:
    made = document_id("00c0ffee00c0ffee00000000000000ff")

    assert made == "00c0ffee-00c0-4fee-8000-0000000000ff"
    assert (UUID(made).version, UUID(made).variant) == (4, "specified in RFC 4122")
