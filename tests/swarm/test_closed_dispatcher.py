"""Tabs that go on when they are done."""

import itertools
import time

import gevent

from loadtest.navigation.draw import Stream, uniform
from loadtest.profile.load import parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Arrival
from loadtest.swarm.closed_dispatcher import ClosedDispatcher


def profile(stages: str, users: str = "", top: str = "") -> Profile:
    text = f'seed = 5\n{top}\nstages = [{stages}]\n[app]\npreset = "generic"\n[users]\n{users}\n'
    return parse_profile(text, name="closed", source="closed.toml")


def visit(
    dispatchers: list[ClosedDispatcher], tabs: int, time_s: float, visit_s: float = 0.005
) -> list[tuple[int, Arrival]]:
    """Let tabs visit, each in the generator that it belongs to, and return what was due, and in which tab."""
    served: list[tuple[int, Arrival]] = []

    def work(tab: int) -> None:
        while (due := dispatchers[tab % len(dispatchers)].take(tab, None)) is not None:
            served.append((tab, due))
            gevent.sleep(visit_s)

    greenlets = [gevent.spawn(work, tab) for tab in range(tabs)]
    t0 = time.monotonic()
    for dispatcher in dispatchers:
        dispatcher.start(t0, time_s)
    with gevent.Timeout(10):
        while not all(dispatcher.is_exhausted for dispatcher in dispatchers):
            gevent.sleep(0.005)
    for dispatcher in dispatchers:
        dispatcher.close()
    gevent.joinall(greenlets, timeout=5)
    return served


def one(of: Profile, users: int = 200) -> ClosedDispatcher:
    return ClosedDispatcher(of, index=0, generators=1, users=users)


def test_all_that_a_stage_wants_begin_at_its_start_and_go_on_when_they_are_done() -> None:
    dispatcher = one(profile("{duration_s = 0.3, users = 3}"))

    served = visit([dispatcher], tabs=5, time_s=0.3)

    assert sorted(tab for tab, _ in served[:3]) == [0, 1, 2]
    assert {due.due_s for _, due in served[:3]} == {0.0}
    assert {tab for tab, _ in served} == {0, 1, 2}
    assert sorted(due.number for _, due in served) == list(range(len(served)))
    assert len(served) > 20
    assert (dispatcher.due, dispatcher.dropped) == (len(served), 0)


def test_a_navigation_is_due_a_pause_after_its_tab_was_free() -> None:
    of = profile("{duration_s = 0.5, users = 2}", users="wait_s = { uniform = [0.05, 0.1] }")

    served = visit([one(of)], tabs=2, time_s=0.5)

    for tab in (0, 1):
        mine = [due for served_tab, due in served if served_tab == tab]
        assert len(mine) > 2
        for before, after in itertools.pairwise(mine):
            pause_s = of.wait_s.at(uniform(of.seed, before.number, Stream.WAIT))
            # no sooner than its visit's end and the pause; a busy machine lets it end later
            assert after.due_s - before.due_s >= 0.005 + pause_s


def test_numbers_are_unique_over_workers_and_end_where_visits_do() -> None:
    of = profile("{duration_s = 5, users = 6}", top="max_visits = 41")
    dispatchers = [ClosedDispatcher(of, index=index, generators=3, users=200) for index in range(3)]

    served = visit(dispatchers, tabs=6, time_s=5.0, visit_s=0.001)

    assert sorted(due.number for _, due in served) == list(range(41))
    assert all(due.number % 3 == tab % 3 for tab, due in served)


def test_a_worker_without_a_number_of_its_own_is_done_at_once() -> None:
    dispatcher = ClosedDispatcher(
        profile("{duration_s = 5, users = 6}", top="max_visits = 1"), index=1, generators=2, users=200
    )

    dispatcher.start(time.monotonic(), 5.0)

    assert dispatcher.is_exhausted
    dispatcher.close()


def test_fewer_users_than_a_stage_wants_are_at_work_if_so_asked() -> None:
    served = visit([one(profile("{duration_s = 0.1, users = 5}"), users=2)], tabs=5, time_s=0.1)

    assert {tab for tab, _ in served} == {0, 1}


def test_what_a_tab_goes_on_to_is_its_own_and_no_other_gets_its_number() -> None:
    dispatcher = one(profile("{duration_s = 9, users = 2}", users="wait_s = 0.02", top="max_visits = 4"))
    dispatcher.start(time.monotonic(), 9.0)
    first, second = dispatcher.take(0, None), dispatcher.take(1, None)
    assert first is not None
    assert second is not None

    promised = dispatcher.promise(0)
    other = dispatcher.take(1, None)

    assert promised is not None
    assert other is not None
    assert (promised.number, other.number) == (2, 3)
    assert not dispatcher.is_exhausted  # one is promised, and has still to come
    assert dispatcher.take(0, 2) == promised
    assert dispatcher.is_exhausted
    assert dispatcher.promise(0) is None
    dispatcher.close()


def test_nothing_is_promised_that_is_far_ahead_or_after_the_end() -> None:
    long = one(profile("{duration_s = 60, users = 1}", users="wait_s = 6"))
    short = one(profile("{duration_s = 60, users = 1}", users="wait_s = 3"))
    long.start(time.monotonic(), 60.0)
    short.start(time.monotonic(), 2.0)
    assert long.take(0, None) == short.take(0, None) == Arrival(0, 0.0, 0.0, 0)

    assert long.promise(0) is None
    assert short.promise(0) is None
    for dispatcher in (long, short):
        dispatcher.close()


def test_what_came_before_a_turn_was_heard_of_is_counted() -> None:
    of = profile("{duration_s = 60, users = 3}")
    dispatcher = one(of)
    dispatcher.start(time.monotonic(), 60.0)
    for tab in range(3):
        dispatcher.take(tab, None)

    dispatcher.turn(5.0, of)
    assert dispatcher.astray == 0
    dispatcher.turn(0.0, of)
    assert dispatcher.astray == 3
    dispatcher.close()


def test_a_tab_that_waits_is_let_go() -> None:
    dispatcher = one(profile("{duration_s = 60, users = 1}", users="wait_s = 30"))
    dispatcher.start(time.monotonic(), 60.0)
    dispatcher.take(0, None)
    waiting = [gevent.spawn(dispatcher.take, tab, None) for tab in (0, 1)]
    gevent.sleep(0)  # both have begun to wait by then

    dispatcher.close()

    assert [user.get(timeout=5) for user in waiting] == [None, None]
    with gevent.Timeout(5):  # its next visit would be due in 30 s
        assert dispatcher.take(0, None) is None


def test_what_is_finished_has_come_due_and_no_more_comes() -> None:
    dispatcher = one(profile("{duration_s = 60, users = 1}"))
    dispatcher.start(time.monotonic(), 60.0)
    dispatcher.take(0, None)
    dispatcher.finish()
    waiting = gevent.spawn(dispatcher.take, 0, None)
    gevent.sleep(0)

    assert (dispatcher.is_exhausted, dispatcher.due, waiting.ready()) == (True, 1, False)
    dispatcher.close()
    assert waiting.get(timeout=5) is None
