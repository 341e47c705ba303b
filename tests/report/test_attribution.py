"""The test that says which groups of visits an error came from."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.report.attribution import Tally, fisher, guilty


def groups(**counts: tuple[int, int]) -> list[Tally]:
    return [Tally(key, hit, of) for key, (hit, of) in counts.items()]


@pytest.mark.parametrize(
    ("tallies", "found"),
    [
        pytest.param(groups(P16=(412, 412), P18=(0, 1900)), {"P16"}, id="all here, none there"),
        pytest.param(
            groups(P13=(0, 100), P15=(100, 100), P16=(412, 412), P16b=(3, 3), P18=(0, 900)),
            {"P15", "P16", "P16b"},
            id="groups of one rate are found together, a tiny one too",
        ),
        pytest.param(groups(P16=(30, 100), P18=(0, 900)), {"P16"}, id="only now and then, but only here"),
        pytest.param(
            groups(P15=(100, 100), P16b=(30, 100), P18=(0, 900)),
            {"P15", "P16b"},
            id="a rate in between is found as well",
        ),
        pytest.param(groups(P16=(100, 100), P18=(9, 900)), {"P16"}, id="strays elsewhere change nothing"),
        pytest.param(groups(P16=(3, 300), P18=(0, 900)), set(), id="three strays are no cause"),
        pytest.param(groups(P16=(2, 300), P18=(1, 900), P19=(0, 50)), set(), id="nor are scattered ones"),
        pytest.param(groups(P16=(1, 1), P18=(0, 30)), set(), id="one of one proves nothing"),
        pytest.param(groups(P16=(50, 50), P18=(200, 200)), set(), id="everywhere alike"),
        pytest.param(groups(P16=(26, 50), P18=(98, 200)), set(), id="everywhere about alike"),
        pytest.param(
            groups(P16=(60_000, 100_000), P18=(50_000, 100_000)),
            set(),
            id="sure of a difference that is small",
        ),
        pytest.param(groups(P16=(100, 100), P18=(500, 1000)), {"P16"}, id="twice as often is far enough"),
        pytest.param(groups(P16=(100, 100), P18=(501, 1000)), set(), id="less than that is not"),
        pytest.param(
            groups(a=(2, 2), b=(2, 2), c=(2, 2), d=(2, 2), e=(2, 2), f=(0, 100)),
            {"a", "b", "c", "d", "e"},
            id="many that prove nothing alone do so together",
        ),
        pytest.param(
            groups(a=(3, 3), b=(9, 10), c=(8, 10), d=(0, 100)), {"a", "b", "c"}, id="nearly alike together"
        ),
        pytest.param(groups(P16=(3, 3), P18=(0, 42)), {"P16"}, id="one of two groups is no big choice"),
        pytest.param(
            groups(P16=(3, 3), a=(0, 9), b=(0, 9), c=(0, 8), d=(0, 8), e=(0, 8)),
            set(),
            id="the same counts, but one of six groups is",
        ),
        pytest.param(groups(P16=(0, 50), P18=(0, 200)), set(), id="nowhere"),
        pytest.param(groups(P16=(50, 50)), set(), id="nothing to compare with"),
        pytest.param([], set(), id="no visits"),
    ],
)
def test_groups_are_guilty_when_their_counts_say_so(tallies: list[Tally], found: set[str]) -> None:
    assert guilty(tallies) == found


@given(st.permutations(groups(a=(0, 100), b=(100, 100), c=(0, 7), d=(412, 412), e=(2, 2), f=(0, 900))))
def test_names_and_order_play_no_part(tallies: list[Tally]) -> None:
    assert guilty(tallies) == {"b", "d", "e"}


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), max_size=14))
def test_a_guilty_group_had_it_and_some_group_is_always_free_of_guilt(shares: list[tuple[int, int]]) -> None:
    tallies = [Tally(str(key), min(hit, of), of) for key, (hit, of) in enumerate(shares)]

    found = guilty(tallies)

    assert all(tally.hit for tally in tallies if tally.key in found)
    assert len(found) < max(len(tallies), 1)


def test_chance_is_hardly_ever_called_a_cause() -> None:
    rng = random.Random(20260102)
    runs = [
        [Tally(str(key), sum(rng.random() < 0.02 for _ in range(60)), 60) for key in range(10)]
        for _ in range(500)
    ]

    assert sum(bool(guilty(run)) for run in runs) == 0


@pytest.mark.parametrize(
    ("hit_in", "of_in", "hit", "of", "chance"),
    [
        (3, 4, 4, 8, 17 / 70),  # Fisher's tea-tasting lady: (4C3 * 4C1 + 4C4 * 4C0) / 8C4
        (4, 4, 4, 8, 1 / 70),
        (1, 1, 1, 31, 1 / 31),
        (3, 3, 3, 33, 1 / math.comb(33, 3)),
        (0, 4, 4, 8, 1.0),
        (2, 3, 4, 4, 1.0),  # everybody was hit: fewer than three of three cannot be drawn
    ],
)
def test_the_exact_test_gives_the_upper_tail(
    hit_in: int, of_in: int, hit: int, of: int, chance: float
) -> None:
    assert fisher(hit_in, of_in, hit, of) == pytest.approx(chance, rel=1e-9)


@given(st.data())
def test_the_exact_test_agrees_with_counting_whole_numbers(data: st.DataObject) -> None:
    of = data.draw(st.integers(1, 60))
    of_in, hit = data.draw(st.integers(0, of)), data.draw(st.integers(0, of))
    hit_in = data.draw(st.integers(max(0, hit + of_in - of), min(hit, of_in)))
    ways = [math.comb(hit, k) * math.comb(of - hit, of_in - k) for k in range(hit_in, of_in + 1)]

    assert fisher(hit_in, of_in, hit, of) == pytest.approx(sum(ways) / math.comb(of, of_in), rel=1e-9)


def test_the_exact_test_stands_a_hundred_thousand_visits() -> None:
    assert fisher(20_000, 20_000, 20_000, 100_000) == 0.0
