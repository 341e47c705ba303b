"""The steps of a page, as data."""

from loadtest.navigation.act import Emit, Think, Wait
from loadtest.navigation.draw import Distribution, Law


def test_an_emitted_event_asks_for_nothing_unless_it_is_told_to() -> None:
    assert Emit("draw") == Emit("draw", (), "/", ack=False, within_s=10.0, attachment_bytes=None, save={})


def test_a_wait_has_an_end() -> None:
    assert Wait("welcome") == Wait("welcome", "/", within_s=10.0, save={})


def test_time_to_think_is_drawn() -> None:
    assert Think(Distribution(Law.UNIFORM, 1, 3)).seconds.at(0.5) == 2.0
