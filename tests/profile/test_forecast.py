"""How many visits are to be expected, and how long one takes."""

import pytest

from loadtest.navigation.draw import Distribution, Law
from loadtest.profile.forecast import departures_of, visit_s, visits_of
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile


def profile(rest: str, stages: str = "duration_s = 10\nrate_per_s = 10\n", head: str = "") -> Profile:
    text = f'{head}app.preset = "generic"\n[[stages]]\n{stages}{rest}'
    return parse_profile(text, name="a", source="a")


@pytest.mark.parametrize(
    ("law", "mean"),
    [
        (Distribution(Law.CONSTANT, 3), 3.0),
        (Distribution(Law.UNIFORM, 1, 4), 2.5),
        (Distribution(Law.EXPONENTIAL, 2), 2.0),
        (Distribution(Law.LOGNORMAL, 2, 0.5), 2.26629690613),
    ],
)
def test_the_mean_of_a_law_is_that_of_its_draws(law: Distribution, mean: float) -> None:
    assert law.mean == pytest.approx(mean)
    assert sum(law.at((n + 0.5) / 20_000) for n in range(20_000)) / 20_000 == pytest.approx(mean, rel=1e-3)


@pytest.mark.parametrize(
    ("rest", "seconds"),
    [
        ("[dwell_s]\nuniform = [1, 3]\n", 2.0),
        ('[[departures]]\nat = "P16"\n', 0.0),
        ('[[departures]]\nat = "P16"\njitter_s = 0.5\n', 0.25),
        ('[[departures]]\nat = "P19"\n', 2.0),
        ('[[departures]]\nat = "P18"\n', 0.0),
        ('[[departures]]\nat = "P21"\nmanner = "fin"\n', 2.0),
        ("[[departures]]\nafter_s = { exponential = 0.5 }\n", 0.5),
        ('[[departures]]\nat = "stay"\nweight = 3\n[[departures]]\nat = "P12"\nmanner = "fin"\n', 1.5),
        ("[users]\njourney = { navigate = 2, abandon = 1, prefetch = 1 }\n", 2 * (1 - 1.5 / 4)),
        # a stay that must be long enough for an assertion: at least 2.1 s of an exponential of mean 2
        ('[[assertions]]\nname = "a"\nevent = "b"\n', 2.1 + 2 * 0.34994),
        ("[[app.steps]]\nthink_s = 1.5\n", 3.5),
    ],
)
def test_a_visit_takes_what_its_profile_says_and_no_more(rest: str, seconds: float) -> None:
    assert visit_s(profile(rest)) == pytest.approx(seconds, rel=2e-3)


def test_a_number_of_visits_ends_the_forecast_too() -> None:
    turned = '[[departures]]\nat = "P16"\n[[departures]]\nat = "P18"\n[[turns]]\nat_s = 5\nweights = [0, 1]\n'
    capped = profile(turned, head="max_visits = 60\n")

    assert visits_of(capped) == 60
    # 50 in halves, and ten that leave at P18
    assert [row.visits for row in departures_of(capped)] == pytest.approx([25, 35])


@pytest.mark.parametrize(
    ("wait", "visits"), [("", 50.0), ("[users]\nwait_s = 2\n", 25.0), ("[users]\nmax = 200\n", 50.0)]
)
def test_a_closed_model_goes_round_as_fast_as_its_tabs_can(wait: str, visits: float) -> None:
    # ten tabs for ten seconds, each round 2 s and the wait
    assert visits_of(profile(wait, stages="duration_s = 10\nusers = 10\n")) == pytest.approx(visits)


def test_a_closed_model_whose_visits_take_no_time_has_no_number() -> None:
    rest = '[[departures]]\nat = "P16"\n[[departures]]\nat = "P14"\nweight = 3\n'
    closed = profile(rest, stages="duration_s = 10\n")

    assert visits_of(closed) is None
    assert [row.visits for row in departures_of(closed)] == pytest.approx([0.25, 0.75])
