"""Shrinking, on trials that are functions of the visits alone: a visit is a number here."""

import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.errors import LoadtestError, ProfileError, UsageError
from loadtest.replay.shrink import Limits, Shrunk, Stopped, ddmin, shrink, tries_for
from loadtest.replay.trial import Seen

Visits = tuple[int, ...]
EIGHT = (0, 1, 2, 3, 4, 5, 6, 7)


class Clock:
    """A clock that moves on with each trial."""

    def __init__(self, trial_s: float = 1.0) -> None:
        self.now_s = 0.0
        self.trial_s = trial_s

    def __call__(self) -> float:
        return self.now_s


class Trial:
    """Runs a rule; remembers what it was asked."""

    def __init__(self, rule: Callable[[Visits], bool], clock: Clock | None = None) -> None:
        self._rule = rule
        self._clock = clock or Clock()
        self.asked: list[Visits] = []

    def __call__(self, visits: Sequence[int]) -> Seen:
        self.asked.append(tuple(visits))
        self._clock.now_s += self._clock.trial_s
        return Seen(int(self._rule(tuple(visits))), len(visits))


def shrunk(
    rule: Callable[[Visits], bool],
    visits: Sequence[int] = EIGHT,
    limits: Limits = Limits(1e9),  # noqa: B008  # frozen
    **more: object,
) -> tuple[Shrunk[int], Trial, list[str]]:
    lines: list[str] = []
    clock = Clock()
    trial = Trial(rule, clock)
    result = shrink(visits, trial, limits, now=clock, tell=lines.append, **more)  # type: ignore[arg-type]
    return result, trial, lines


def test_one_culprit_is_left_alone() -> None:
    result, _, lines = shrunk(lambda visits: 5 in visits)

    assert (result.visits, result.shown, result.of) == ((5,), 3, 3)
    assert result.stopped is Stopped.SMALLEST
    assert lines[:3] == [
        "trial 1: 8 visits: shown · smallest so far 8",
        "trial 2: 4 visits: not shown · smallest so far 8",
        "trial 3: 4 visits: shown · smallest so far 4",
    ]


def test_two_that_need_each_other_are_left_together() -> None:
    assert shrunk(lambda visits: {1, 6} <= set(visits))[0].visits == (1, 6)


def test_their_order_is_kept() -> None:
    def in_order(visits: Visits) -> bool:
        return 6 in visits and 2 in visits and visits.index(6) < visits.index(2)

    assert shrunk(in_order, visits=(7, 6, 5, 4, 3, 2, 1, 0))[0].visits == (6, 2)


def test_a_guess_that_shows_it_is_where_the_search_begins() -> None:
    result, trial, _ = shrunk(lambda visits: 5 in visits, guesses=[(9,), (5,)])

    assert result.visits == (5,)
    assert trial.asked == [(9,), (5,), (5,), (5,)]


def test_guesses_that_do_not_show_it_are_no_harm() -> None:
    assert shrunk(lambda visits: {1, 6} <= set(visits), guesses=[(1,), (6,)])[0].visits == (1, 6)


def test_nothing_that_shows_it_any_more_is_said() -> None:
    result, _, lines = shrunk(lambda _: False, guesses=[(5,)])

    assert result == Shrunk((), 0, 0, 2, Stopped.SMALLEST)
    assert lines == ["trial 1: 1 visit: not shown", "trial 2: 8 visits: not shown"]


def test_a_flaky_one_is_found_by_trying_again() -> None:
    rng = random.Random(7)
    result, _, _ = shrunk(
        lambda visits: 5 in visits and rng.random() < 0.7,
        limits=Limits(1e9, tries=tries_for(7, 10), repeats=20),
    )

    assert result.visits == (5,)
    assert 10 <= result.shown <= 18, result
    assert result.of == 20


@pytest.mark.parametrize(
    ("count", "of", "tries"), [(9, 9, 1), (99, 100, 1), (7, 10, 3), (1, 2, 5), (1, 100, 5), (0, 0, 5)]
)
def test_how_often_a_candidate_is_tried_goes_by_how_often_it_was_shown(
    count: int, of: int, tries: int
) -> None:
    assert tries_for(count, of) == tries


def test_plainer_visits_are_taken_where_they_still_show_it() -> None:
    def plainer(visits: Visits) -> Iterator[Visits]:
        for index, visit in enumerate(visits):
            for less in range(visit):
                yield (*visits[:index], less, *visits[index + 1 :])

    result, _, _ = shrunk(lambda visits: any(visit >= 3 for visit in visits), plainer=plainer)

    assert result.visits == (3,)


def test_what_is_plainer_is_shrunk_again() -> None:
    def plainer(visits: Visits) -> Iterator[Visits]:
        if 6 in visits:
            yield tuple(60 if visit == 6 else visit for visit in visits)

    result, _, _ = shrunk(lambda visits: {1, 6} <= set(visits) or 60 in visits, plainer=plainer)

    assert result.visits == (60,)


def test_when_time_is_up_the_smallest_so_far_is_told_as_such() -> None:
    result, trial, _ = shrunk(lambda visits: 5 in visits, limits=Limits(budget_s=3.0))

    assert (result.visits, result.stopped) == ((4, 5, 6, 7), Stopped.BUDGET)
    assert len(trial.asked) == 3


def test_the_first_trial_is_run_however_small_the_budget_is() -> None:
    result, _, _ = shrunk(lambda _: True, limits=Limits(budget_s=0.0))

    assert (result.visits, result.stopped) == (EIGHT, Stopped.BUDGET)


def test_no_time_for_repeats_does_not_make_it_less_small() -> None:
    result, _, _ = shrunk(lambda _: True, visits=(5,), limits=Limits(budget_s=1.0))

    assert (result.visits, result.shown, result.of, result.stopped) == ((5,), 1, 1, Stopped.SMALLEST)


def test_ctrl_c_gives_the_smallest_so_far() -> None:
    def rule(visits: Visits) -> bool:
        if len(visits) == 2:
            raise KeyboardInterrupt
        return 5 in visits

    result, _, _ = shrunk(rule)

    assert (result.visits, result.stopped) == ((4, 5, 6, 7), Stopped.INTERRUPTED)


def test_a_trial_that_nobody_can_judge_shows_nothing_and_three_in_a_row_end_it() -> None:
    def rule(visits: Visits) -> bool:
        if len(visits) < 8:
            raise LoadtestError("no hooks were seen")
        return True

    result, _, lines = shrunk(rule)

    assert (result.visits, result.stopped) == (EIGHT, Stopped.UNJUDGED)
    assert lines.count("trial 3 cannot be judged: no hooks were seen") == 1


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, list[frozenset[int]]]:
    size = draw(st.integers(1, 24))
    culprits = st.frozensets(st.integers(0, size - 1), min_size=1, max_size=4)
    return size, draw(st.lists(culprits, min_size=1, max_size=3))


@given(cases())
def test_the_result_shows_it_and_does_not_without_any_one_of_its_visits(
    case: tuple[int, list[frozenset[int]]],
) -> None:
    size, culprits = case

    def rule(visits: Visits) -> bool:
        return any(group <= set(visits) for group in culprits)

    result, _, _ = shrunk(rule, visits=range(size))

    assert rule(result.visits)
    assert [visit for visit in result.visits if rule(tuple(v for v in result.visits if v != visit))] == []


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_even_a_rule_without_reason_ends_one_minimal(size: int, rng: random.Random) -> None:
    answers: dict[Visits, bool] = {tuple(range(size)): True, (): False}

    def rule(visits: Visits) -> bool:
        return answers.setdefault(visits, rng.random() < 0.3)

    result = ddmin(tuple(range(size)), rule)

    assert rule(result)
    without = [result[:index] + result[index + 1 :] for index in range(len(result))]
    assert [part for part in without if rule(part)] == []


def test_what_lets_nothing_be_sent_ends_it_at_once_and_a_list_that_is_no_profile_does_not() -> None:
    def rule(error: LoadtestError) -> Callable[[Visits], bool]:
        def shows(visits: Visits) -> bool:
            if len(visits) == 1:
                raise error
            return True

        return shows

    with pytest.raises(UsageError, match="no such host"):
        shrunk(rule(UsageError("no such host")), (1, 2))
    assert shrunk(rule(ProfileError(["no"])), (1, 2))[0].visits == (1, 2)


def test_who_interrupts_as_soon_as_it_is_told_keeps_what_was_told() -> None:
    def told(_: str) -> None:
        raise KeyboardInterrupt

    clock = Clock()

    result = shrink(EIGHT, Trial(lambda _: True, clock), Limits(1e9), now=clock, tell=told)

    assert (result.visits, result.shown, result.of) == (EIGHT, 1, 1)
    assert result.stopped is Stopped.INTERRUPTED
