"""Windows drawn in blocks."""

import itertools
import random

import pytest

from loadtest.comparison.resampling import REPLICATES, block_length, draws


def series(memory: float, count: int = 100, seed: int = 3) -> list[float]:
    rng = random.Random(seed)
    value, made = 0.0, []
    for _ in range(count):
        value = memory * value + rng.gauss(0, 1)
        made.append(value)
    return made


def test_each_replicate_has_as_many_windows_as_the_run() -> None:
    assert len(draws(30, 3)) == REPLICATES
    assert {sum(times) for times in draws(30, 3)} == {30}


def test_the_same_numbers_draw_the_same_windows() -> None:
    first = draws(25, 4)
    draws.cache_clear()

    assert draws(25, 4) == first


def test_blocks_take_neighbours_together() -> None:
    def neighbours(block: int) -> float:
        times = draws(60, block)
        return sum(a * b for one in times for a, b in itertools.pairwise(one)) / len(times)

    assert neighbours(1) == pytest.approx(59, rel=0.1)  # independent: one times one
    assert neighbours(10) > 1.5 * neighbours(1)


def test_independent_windows_need_no_blocks() -> None:
    lengths = [block_length(series(0.0, seed=seed)) for seed in range(30)]

    assert sorted(lengths)[15] <= 2


def test_the_longer_windows_hang_together_the_longer_are_the_blocks() -> None:
    little = sum(block_length(series(0.5, seed=seed)) for seed in range(30))
    much = sum(block_length(series(0.9, seed=seed)) for seed in range(30))

    assert 2 * 30 < little < much
    assert all(block_length(series(0.99, seed=seed)) <= 25 for seed in range(30))  # a quarter of the run


@pytest.mark.parametrize("values", [[], [1.0], [2.0] * 40, [0.0, 1.0]])
def test_what_tells_nothing_needs_no_blocks(values: list[float]) -> None:
    assert block_length(values) == 1
