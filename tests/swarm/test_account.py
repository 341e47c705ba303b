"""What the generators of a run have reported, added up."""

from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.profile.load import add_turn, parse_profile
from loadtest.profile.model import Rate, Turn
from loadtest.report.info import GeneratorInfo
from loadtest.swarm.account import Account, Tick
from loadtest.swarm.messages import Report

PROFILE = parse_profile(
    """
[app]
preset = "generic"
pages = ["/"]
[[stages]]
duration_s = 10
rate_per_s = 2
arrivals = "constant"
""",
    name="two a second",
    source="here",
)
NO_LAG = Histogram().to_json()


def report(index: int, **changes: Any) -> Report:
    """Return the report of a generator that has done nothing yet, with these fields changed."""
    fields: dict[str, Any] = {
        "run": "00c0ffee00c0ffee",
        "index": index,
        "lines": "",
        "due": 0,
        "late": 0,
        "dropped": 0,
        "ended": 0,
        "failed": 0,
        "last_error": None,
        "is_exhausted": False,
        "silent": 0,
        "ping_s": 0.0,
        "cpu_s": 0.0,
        "loop_lag": NO_LAG,
    }
    return Report(**(fields | changes))


def account(*reports: Report, time_s: float = 10.0) -> Account:
    """Return the account of two workers with these reports."""
    made = Account(PROFILE, time_s)
    made.members = {0: "one", 1: "two"}
    for each in reports:
        made.take(each)
    return made


def done(index: int, visits: int = 10) -> Report:
    return report(index, due=visits, ended=visits, is_exhausted=True)


def test_a_run_is_done_when_every_generator_is_done_or_gone() -> None:
    both = ["one", "two"]
    assert not account().is_done(both)
    assert not account(done(0)).is_done(both)
    assert not account(done(0), report(1, due=10, ended=9, is_exhausted=True)).is_done(both)
    assert account(done(0), done(1)).is_done(both)
    assert account(done(0)).is_done(["one"])


def test_what_a_generator_reports_after_its_last_visit_is_not_heard() -> None:
    made = account(report(0, cpu_s=1.0), report(0, cpu_s=2.0, is_exhausted=True), report(0, cpu_s=3.0))
    assert made.generator(4.0).cpu == 0.5


def test_the_standing_adds_all_generators_up_and_names_the_last_error() -> None:
    made = account(report(0, due=10, dropped=1, ended=7, failed=2, last_error="refused"), report(1, due=5))
    assert made.standing == "15 due · 7 under way · 7 ended · 2 failed (last: refused) · 1 dropped"
    assert account().standing == "0 due · 0 under way · 0 ended · 0 failed · 0 dropped"


def test_the_largest_ping_time_counts() -> None:
    assert account().ping_s == 0.0
    assert account(report(0, ping_s=45.0), report(1, ping_s=3.0)).ping_s == 45.0


def test_only_who_is_still_there_has_visits_under_way() -> None:
    made = account(report(0, due=5, ended=3), report(1, due=9, ended=2, dropped=1))
    assert made.count_under_way(["one", "two"]) == 8
    assert made.count_under_way(["one"]) == 2


def test_before_the_load_has_begun_nothing_is_under_way() -> None:
    made = Account(PROFILE, 10.0)
    made.take(report(0, due=5))
    assert made.count_under_way(["one"]) == 0


def test_the_numbers_of_a_dead_worker_without_a_record_are_lost() -> None:
    made = account(done(0), report(1, due=6, ended=3, dropped=1))
    assert made.count_lost(["one", "two"]) == 0
    assert made.count_lost(["one"]) == 6  # its share are ten
    assert account().count_lost([]) == 20


def test_numbers_that_the_time_cuts_off_are_not_lost() -> None:
    assert account(time_s=5.0).count_lost(["one"]) == 5


def test_the_busiest_generators_cpu_counts_and_the_lags_of_all() -> None:
    lags = [Histogram(), Histogram()]
    lags[0].record(0.001)
    lags[1].record(0.002)
    both = Histogram()
    both.record(0.001)
    both.record(0.002)
    reports = (report(i, cpu_s=i + 1.0, loop_lag=lag.to_json()) for i, lag in enumerate(lags))
    told = account(*reports).generator(10.0)
    assert (told.processes, told.cpu) == (2, 0.2)
    assert told.loop_lag is not None
    assert told.loop_lag.to_json() == both.to_json()


def test_where_nobody_has_reported_there_is_no_data() -> None:
    assert account().generator(10.0) == GeneratorInfo(processes=2, cpu=None, loop_lag=None)


CLOSED = parse_profile(
    """
[app]
preset = "generic"
[[stages]]
duration_s = 10
users = 4
""",
    name="four tabs",
    source="here",
)


def test_of_a_dead_worker_whose_tabs_went_on_by_themselves_what_is_known_is_lost_and_at_least_one() -> None:
    made = Account(CLOSED, 10.0)
    made.members = {0: "one", 1: "two", 2: "three"}
    made.take(report(0, due=9, ended=6))
    made.take(done(1))
    assert made.count_lost(["one", "two", "three"]) == 0
    assert made.count_lost(["two", "three"]) == 3
    assert made.count_lost(["one", "two"]) == 1  # of that one nothing is known
    assert made.count_lost(["one", "three"]) == 0  # it had done all


def test_the_counts_now_are_those_of_all_generators() -> None:
    made = account(
        report(0, due=10, dropped=1, ended=7, failed=2, late=3), report(1, due=5, late=1), time_s=10.0
    )

    assert made.counts(2.34567) == Tick(
        2.346, due=15, started=14, late=4, dropped=1, ended=7, failed=2, under_way=7
    )


def test_there_is_a_tick_for_each_second_and_one_for_the_end() -> None:
    made = account()
    for t_s in (-0.3, 0.1, 0.3, 0.9, 1.0, 1.2, 3.7, 3.9, 4.0):
        made.tick(t_s)
    made.tick(4.3, is_last=True)

    assert [tick.t_s for tick in made.ticks] == [0.1, 1.0, 3.7, 4.0, 4.3]


def test_of_a_long_run_there_are_fewer_ticks_and_never_more_than_an_hours() -> None:
    made = account()
    for t_s in range(3600):
        made.tick(float(t_s))
    assert [tick.t_s for tick in made.ticks] == list(range(3600))

    for t_s in range(3600, 9000):
        made.tick(float(t_s))

    assert [tick.t_s for tick in made.ticks] == [*range(0, 9000, 4)]


def test_who_was_done_before_a_turn_is_done_again_when_it_has_heard_of_it() -> None:
    both = ["one", "two"]
    made = account(done(0), done(1))
    made.turn(PROFILE)

    assert not made.is_done(both)
    made.take(done(0))
    made.take(report(1, due=12, ended=12, is_exhausted=True, turns=1))
    assert not made.is_done(both)
    made.take(report(0, due=11, ended=11, is_exhausted=True, turns=1, astray=2))
    assert made.is_done(both)
    assert (made.counts(0.0).due, made.astray) == (23, 2)


def test_the_lost_numbers_are_those_of_the_schedule_with_its_turns() -> None:
    made = account(done(0), report(1, due=6, ended=3, dropped=1))
    made.turn(add_turn(PROFILE, Turn(5.0, Rate(2.0, is_factor=True))))
    assert made.count_lost(["one"]) == 11  # five more of its own come
