"""How a page opens its socket."""

from loadtest.navigation.opening import Handshake, HandshakeWay, Namespace, Opening


def test_a_handshake_with_an_acknowledgement_is_answered_even_with_id_0() -> None:
    assert Handshake('420["hi"]', ack_id=0).is_answered is True


def test_a_handshake_with_an_answering_event_is_answered() -> None:
    assert Handshake('42["hi"]', answer="welcome").is_answered is True


def test_a_handshake_with_neither_is_not_answered() -> None:
    assert Handshake('42["hi"]').is_answered is False


CHAT = Namespace("/chat", "40/chat,", "41/chat,")


def test_a_page_enters_and_leaves_its_own_namespace_first() -> None:
    opening = Opening(HandshakeWay.NONE, connect='40{"token":1}', others=(CHAT,))
    assert opening.connects == ('40{"token":1}', "40/chat,")
    assert opening.disconnects == ("41", "41/chat,")


def test_a_page_with_one_namespace_sends_one_packet_each() -> None:
    assert Opening(HandshakeWay.NONE).connects == ("40",)
    assert Opening(HandshakeWay.NONE).disconnects == ("41",)
