"""What the start form offers."""

import os
from pathlib import Path

from loadtest.swarm.web.offer import Offer, Offers

PROFILE = "description = {!r}\n[[stages]]\nduration_s = {}\nrate_per_s = 2\n[users]\nmax = 9\n"


def test_the_named_profile_comes_first_and_then_the_shipped_ones_by_name(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(PROFILE.format("Mine alone", 30))

    offered = Offers(str(mine)).all()

    assert offered[0] == Offer(
        str(mine), "Mine alone", "30 s, 2 navigations a second, poisson. At most 9 users at once."
    )
    names = [offer.name for offer in offered[1:]]
    assert names == sorted(names)
    assert {"demo", "explore", "nicegui"} <= set(names)


def test_a_profile_with_mistakes_is_offered_with_them(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(PROFILE.format("Mine", -1))

    offer = Offers(str(mine)).all()[0]

    assert offer.description == "cannot be run as it is"
    assert "stages[0].duration_s: -1 is not above 0" in offer.text


def test_a_profile_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(PROFILE.format("First", 30))
    offers = Offers(str(mine))
    first = offers.all()
    again = offers.all()
    mine.write_text(PROFILE.format("Second", 30))
    os.utime(mine, ns=(1, 1))
    second = offers.all()
    mine.unlink()

    assert first[0].description == "First"
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert second[0].description == "Second"
    assert second[1] is first[1]
    assert offers.all()[0].description == "cannot be run as it is"
