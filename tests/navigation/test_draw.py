"""Random draws that depend on seed, number and stream alone."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.navigation.draw import Distribution, Law, Stream, choose, uniform

shares = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("seed", "number", "stream", "expected"),
    [
        (7, 0, Stream.DEPARTURE, 0.7215081806049702),
        (7, 1, Stream.DEPARTURE, 0.6497043364684557),
        (7, 0, Stream.CLOCK, 0.5091093394740435),
        (7, 0, Stream.DWELL, 0.6114022868410689),
        (7, 0, Stream.PAGE, 0.682761263829265),
        (2**70, 1, Stream.PAGE, 0.6402369068839465),
    ],
)
def test_a_draw_is_the_same_on_every_machine_and_in_every_release(
    seed: int, number: int, stream: Stream, expected: float
) -> None:
    assert uniform(seed, number, stream) == expected


@given(st.integers(), st.integers(min_value=0), st.sampled_from(Stream))
def test_a_draw_is_within_0_and_1(seed: int, number: int, stream: Stream) -> None:
    assert 0 <= uniform(seed, number, stream) < 1


@pytest.mark.parametrize("stream", Stream)
def test_draws_fill_every_tenth_about_evenly(stream: Stream) -> None:
    tenths = Counter(int(uniform(1, number, stream) * 10) for number in range(10_000))

    # 1,000 each; a standard deviation is 30
    assert sorted(tenths) == list(range(10))
    assert all(880 < count < 1120 for count in tenths.values())


def test_streams_of_one_navigation_do_not_follow_each_other() -> None:
    both_low = sum(
        uniform(1, n, Stream.CLOCK) < 0.5 and uniform(1, n, Stream.DWELL) < 0.5 for n in range(10_000)
    )

    assert 2350 < both_low < 2650  # a quarter; a standard deviation is 43


@pytest.mark.parametrize(
    ("at", "index"), [(0.0, 1), (0.24, 1), (0.25, 2), (0.999, 2)], ids=["start", "below", "edge", "end"]
)
def test_a_choice_falls_into_its_share_and_never_on_a_weight_of_0(at: float, index: int) -> None:
    assert choose([0, 1, 4], at) == index


def test_a_choice_that_rounds_up_to_the_sum_is_the_last() -> None:
    assert choose([1e-320, 2e-320], 1 - 2**-53) == 1


@pytest.mark.parametrize(
    ("distribution", "at_quarter", "at_half"),
    [
        (Distribution(Law.CONSTANT, 2), 2, 2),
        (Distribution(Law.UNIFORM, 1, 3), 1.5, 2),
        (Distribution(Law.EXPONENTIAL, 2), 0.5753641449035618, 1.3862943611198906),
        (Distribution(Law.LOGNORMAL, 2, 0.5), 1.427468085616316, 2),
    ],
    ids=lambda value: str(value.law) if isinstance(value, Distribution) else "",
)
def test_a_distribution_gives_its_quantiles(
    distribution: Distribution, at_quarter: float, at_half: float
) -> None:
    assert distribution.at(0.25) == pytest.approx(at_quarter, rel=1e-12)
    assert distribution.at(0.5) == pytest.approx(at_half, rel=1e-12)


@given(st.sampled_from(Law), shares, shares)
def test_a_duration_is_never_negative_and_grows_with_its_quantile(law: Law, one: float, other: float) -> None:
    distribution = Distribution(law, 1, 2)
    low, high = sorted((one, other))

    assert 0 <= distribution.at(low) <= distribution.at(high)
