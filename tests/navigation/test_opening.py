"""How a page opens its socket."""

from loadtest.navigation.opening import Handshake


def test_a_handshake_with_an_acknowledgement_is_answered_even_with_id_0() -> None:
    assert Handshake('420["hi"]', ack_id=0).is_answered is True


def test_a_handshake_with_an_answering_event_is_answered() -> None:
    assert Handshake('42["hi"]', answer="welcome").is_answered is True


def test_a_handshake_with_neither_is_not_answered() -> None:
    assert Handshake('42["hi"]').is_answered is False
