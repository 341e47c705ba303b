"""What a pool and the open files carry, said before the run."""

import heapq
import math

import pytest

from loadtest.navigation.draw import Stream, uniform
from loadtest.profile.capacity import need_of, shortages
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Schedule


def profile(stages: str = "duration_s = 60\nrate_per_s = 500\n", rest: str = "", users: int = 400) -> Profile:
    text = f'app.preset = "generic"\nusers.max = {users}\n[[stages]]\n{stages}{rest}'
    return parse_profile(text, name="a", source="a")


def told(what: Profile, *, files: int = 10_000, tabs: int | None = None, processes: int = 1) -> list[str]:
    return list(shortages(what, files=files, tabs=tabs, processes=processes))


def dropped(what: Profile, tabs: int) -> float:
    """Return the share of visits that find no tab free when a server takes no time."""
    free_at: list[float] = []
    arrivals = list(Schedule(what.stages, 7, turns=what.turns).arrivals())
    lost = 0
    for arrival in arrivals:
        while free_at and free_at[0] <= arrival.due_s:
            heapq.heappop(free_at)
        if len(free_at) >= tabs:
            lost += 1
            continue
        dwell_s = what.mix.dwell_s.at(uniform(7, arrival.number, Stream.DWELL))
        heapq.heappush(free_at, arrival.due_s + dwell_s)
    return lost / len(arrivals)


def test_a_pool_that_is_too_small_is_told_with_the_number_needed() -> None:
    # 500 a second of 2 s each: 1,000 at work on average, and three standard deviations more
    assert told(profile()) == [
        (
            "users.max = 400 carries about 170 navigations a second, where a visit takes 2 s and the server "
            "no time; the peak of 500 needs about 1,100, or visits will be dropped"
        )
    ]
    assert told(profile(users=1100)) == []


def test_the_pool_that_counts_is_the_one_of_the_command_line() -> None:
    assert told(profile(users=1100), tabs=50)[0].startswith("-u 50 carries about 16 navigations a second")


@pytest.mark.parametrize(
    "stages",
    [
        "duration_s = 60\nrate_per_s = 100\n",
        "duration_s = 60\nrate_per_s = [0, 100]\nshape = 'sine'\n",
        "duration_s = 60\nrate_per_s = [20, 200]\nshape = 'spike'\nspike_s = 1\n",
        "duration_s = 60\nrate_per_s = 100\narrivals = 'bursts'\nburst_size = 20\n",
        "duration_s = 60\nrate_per_s = 100\narrivals = 'constant'\n",
    ],
    ids=["constant", "sine", "a spike shorter than a visit", "bursts", "even"],
)
def test_the_pool_that_is_asked_for_drops_nearly_nobody_and_half_of_it_many(stages: str) -> None:
    planned = profile(stages)
    need = need_of(planned)

    assert dropped(planned, math.ceil(need.tabs)) < 0.005
    assert dropped(planned, math.ceil(need.tabs / 2)) > 0.02


def test_what_a_pool_carries_is_what_it_would_just_do_for() -> None:
    need = need_of(profile())
    carried = need_of(profile(f"duration_s = 60\nrate_per_s = {need.carried_per_s(400)}\n"))

    assert carried.tabs == pytest.approx(400)


def test_a_burst_needs_as_many_tabs_as_it_brings() -> None:
    stages = "duration_s = 60\nrate_per_s = 1\narrivals = 'bursts'\nburst_size = 300\n"

    assert need_of(profile(stages, "[dwell_s]\nconstant = 0.001\n")).tabs == 300


def test_visits_that_take_no_time_need_one_tab_at_most() -> None:
    need = need_of(profile(rest='[[departures]]\nat = "P16"\n', users=1))

    assert (need.tabs, need.carried_per_s(1)) == (1, math.inf)
    assert told(profile(rest='[[departures]]\nat = "P16"\n', users=1)) == []


def test_later_weights_count_while_they_hold() -> None:
    rest = (
        '[[departures]]\nat = "P16"\n[[departures]]\nat = "stay"\n'
        "[[turns]]\nat_s = 10\nweights = [1, 0]\n[[turns]]\nat_s = 50\nrate = 20\nweights = [0, 1]\n"
    )
    need = need_of(profile("duration_s = 60\nrate_per_s = 100\n", rest))

    # at first 100 a second of 1 s on average; in the end 20 a second of 2 s
    assert (need.visit_s, need.peak_per_s) == (1.0, 100.0)
    assert need.at_work == pytest.approx(100)


SILENT = '[[departures]]\nat = "P16"\nmanner = "silent"\n[[departures]]\nat = "P16"\n'


def test_open_files_are_counted_with_the_silent_sockets() -> None:
    silent = profile("duration_s = 60\nrate_per_s = 100\n", SILENT)

    assert told(silent, files=1024) == [
        (
            "ulimit -n is 1,024, and this takes about 3,200 open files, 3,000 of them silent sockets that "
            "are held to the end; raise it with ulimit -n, or share the load out with --workers"
        )
    ]
    assert told(silent, files=3200) == []


def test_workers_share_the_open_files() -> None:
    silent = profile("duration_s = 60\nrate_per_s = 100\n", SILENT)

    assert told(silent, files=1024, processes=4) == []
    assert "about 1,700 open files in each process, 3,000 of them" in told(silent, files=1024, processes=2)[0]


def test_a_closed_model_needs_files_for_its_tabs_alone() -> None:
    closed = profile("duration_s = 60\n", users=1000)

    assert told(closed, files=2100) == []
    assert told(closed, files=2000) == [
        (
            "ulimit -n is 2,000, and this takes about 2,100 open files; "
            "raise it with ulimit -n, or share the load out with --workers"
        )
    ]
