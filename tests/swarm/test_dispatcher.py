"""Handing out what is due."""

import time
from collections.abc import Callable, Sequence

import gevent

from loadtest.profile.pacing import Arrival
from loadtest.swarm.dispatcher import Dispatcher, Share


def due(number: int, due_s: float) -> Arrival:
    return Arrival(number, due_s, mark=float(number), piece=0)


def run(dispatcher: Dispatcher, arrivals: Sequence[Arrival], t0: float, time_s: float | None) -> None:
    """Let all of this come due."""
    dispatcher.start(lambda _: iter(arrivals), t0, time_s)
    dispatcher.join()


def forget(arrival: Arrival) -> None:
    del arrival


def test_a_navigation_that_is_due_goes_to_a_waiting_user() -> None:
    dispatcher = Dispatcher(drop=forget)
    user = gevent.spawn(dispatcher.take)
    gevent.idle()

    run(dispatcher, [due(4, 0.0)], time.monotonic(), None)

    assert user.get(timeout=5) == due(4, 0.0)
    assert (dispatcher.due, dispatcher.dropped, dispatcher.is_exhausted) == (1, 0, True)


def test_a_navigation_without_a_free_user_is_dropped_at_once() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)
    user = gevent.spawn(dispatcher.take)
    gevent.idle()

    run(dispatcher, [due(0, 0.0), due(1, 0.0)], time.monotonic(), None)

    assert user.get(timeout=5) == due(0, 0.0)
    assert dropped == [due(1, 0.0)]
    assert (dispatcher.due, dispatcher.dropped) == (2, 1)


def test_a_schedule_that_is_behind_its_time_still_meets_the_users_that_come_free() -> None:
    dispatcher = Dispatcher(drop=forget)
    served: list[int] = []

    def user() -> None:
        while (arrival := dispatcher.take()) is not None:
            served.append(arrival.number)

    users = [gevent.spawn(user) for _ in range(2)]
    gevent.idle()

    run(dispatcher, [due(number, 0.0) for number in range(100)], time.monotonic() - 9, None)
    gevent.idle()
    dispatcher.close()
    gevent.joinall(users, timeout=5)

    assert len(served) > 50
    assert dispatcher.dropped == 100 - len(served)


def test_the_user_that_became_free_last_is_served_first() -> None:
    dispatcher = Dispatcher(drop=forget)
    first, last = gevent.spawn(dispatcher.take), gevent.spawn(dispatcher.take)
    gevent.idle()

    run(dispatcher, [due(7, 0.0)], time.monotonic(), None)

    assert last.get(timeout=5) == due(7, 0.0)
    assert not first.ready()
    dispatcher.close()
    assert first.get(timeout=5) is None


def test_nothing_is_started_after_the_time_is_up() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)

    run(dispatcher, [due(0, 0.0), due(1, 30.0), due(2, 30.1)], time.monotonic() - 60, 30.0)

    assert dropped == [due(0, 0.0), due(1, 30.0)]
    assert dispatcher.is_exhausted


def test_a_user_that_was_killed_while_it_waited_is_not_served() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)
    user = gevent.spawn(dispatcher.take)
    gevent.idle()
    user.kill()

    run(dispatcher, [due(0, 0.0)], time.monotonic(), None)

    assert dropped == [due(0, 0.0)]


def test_a_closed_dispatcher_lets_users_go() -> None:
    dispatcher = Dispatcher(drop=forget)
    user = gevent.spawn(dispatcher.take)
    gevent.idle()

    dispatcher.close()

    assert user.get(timeout=5) is None
    assert dispatcher.take() is None


def test_what_was_looked_at_beyond_a_turn_is_given_back_and_comes_when_it_is_due_now() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)
    dispatcher.start(lambda _: iter([due(0, 0.0), due(1, 60.0), due(2, 90.0)]), time.monotonic(), 100.0)
    wait_until(lambda: dispatcher.due == 1)

    dispatcher.turn(0.02, lambda after: iter([due(1, 0.02), due(2, 0.03)] if after == due(0, 0.0) else []))
    wait_until(lambda: len(dropped) == 3)

    assert dropped == [due(0, 0.0), due(1, 0.02), due(2, 0.03)]
    assert dispatcher.astray == 0
    dispatcher.close()


def test_after_a_turn_more_may_come_until_the_time_is_up_or_no_number_is_left() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append, max_visits=3)
    dispatcher.start(lambda _: iter([due(0, 0.0), due(1, 60.0)]), time.monotonic(), 100.0)
    wait_until(lambda: dispatcher.due == 1)

    dispatcher.turn(0.02, lambda _: iter(()))  # turned to no rate at all
    gevent.idle()
    assert not dispatcher.is_exhausted
    dispatcher.turn(0.04, lambda _: iter([due(1, 0.04), due(2, 0.04)]))
    dispatcher.join()

    assert dispatcher.is_exhausted
    assert [arrival.number for arrival in dropped] == [0, 1, 2]


def test_a_schedule_that_had_come_to_its_end_is_gone_on_with_after_a_turn() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append, max_visits=2)
    run(dispatcher, [due(0, 0.0)], time.monotonic(), 100.0)
    assert dispatcher.is_exhausted

    dispatcher.turn(0.0, lambda _: iter([due(1, 0.0)]))
    assert not dispatcher.is_exhausted
    dispatcher.join()

    assert [arrival.number for arrival in dropped] == [0, 1]


def test_a_turn_that_is_heard_of_late_goes_on_with_the_numbers_that_have_not_come() -> None:
    """0 to 5 have come, two a second; by the turn at 1.2 s, number 3 and all after it are due at 1.3 s."""
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)
    old, new = [due(n, n / 2) for n in range(20)], [due(n, n / 2 if n < 3 else 1.3) for n in range(8)]
    dispatcher.start(after_in(old), time.monotonic() - 2.6, 1000.0)
    wait_until(lambda: dispatcher.due == 6)

    dispatcher.turn(1.2, after_in(new))
    wait_until(lambda: dispatcher.due == 8)

    assert dropped == [*old[:6], *new[6:]]
    assert dispatcher.astray == 3
    dispatcher.close()


def after_in(arrivals: Sequence[Arrival]) -> Share:
    """Return a share that can be gone on with, from one of its own arrivals alone."""
    return lambda after: iter(arrivals[0 if after is None else arrivals.index(after) + 1 :])


def test_a_promise_holds_over_a_turn_if_its_navigation_still_comes_soon() -> None:
    dispatcher = Dispatcher(drop=forget)
    dispatcher.start(lambda _: iter([due(0, 4.0), due(1, 4.1)]), time.monotonic(), 100.0)
    gevent.sleep(0)
    assert dispatcher.promise() == due(0, 4.0)
    assert dispatcher.promise() == due(1, 4.1)
    users = [gevent.spawn(dispatcher.take, 0, number) for number in (0, 1)]
    gevent.idle()

    dispatcher.turn(0.0, lambda _: iter([due(0, 0.02), due(1, 60.0)]))

    assert users[0].get(timeout=5) == due(0, 0.02)
    last = gevent.spawn(dispatcher.take)
    gevent.idle()
    dispatcher.turn(0.05, lambda _: iter([due(1, 0.05), due(2, 0.06)]))
    assert last.get(timeout=5) == due(1, 0.05)  # it has been given back, and goes to whom it would go
    assert users[1].get(timeout=5) == due(2, 0.06)


def test_who_is_still_on_its_way_when_its_promise_becomes_void_takes_what_comes() -> None:
    dispatcher = Dispatcher(drop=forget)
    dispatcher.start(lambda _: iter([due(0, 4.0)]), time.monotonic(), 100.0)
    gevent.sleep(0)
    dispatcher.promise()
    dispatcher.turn(0.0, lambda _: iter(()))

    user = gevent.spawn(dispatcher.take, 0, 0)
    last = gevent.spawn(dispatcher.take)
    gevent.idle()
    dispatcher.turn(0.0, lambda _: iter([due(0, 0.0), due(1, 0.0)]))

    assert (last.get(timeout=5), user.get(timeout=5)) == (due(0, 0.0), due(1, 0.0))


def test_a_turn_wakes_nobody_once_the_run_is_ending() -> None:
    dropped: list[Arrival] = []
    dispatcher = Dispatcher(drop=dropped.append)
    dispatcher.start(lambda _: iter([due(0, 60.0)]), time.monotonic(), 100.0)
    gevent.sleep(0)
    dispatcher.rest()

    dispatcher.turn(0.0, lambda _: iter([due(0, 0.0)]))
    gevent.idle()

    assert dropped == []


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let other greenlets run until something is so; fail after five seconds."""
    with gevent.Timeout(5):
        while not is_so():
            gevent.sleep(0.001)


def test_what_is_finished_has_come_due_and_no_more_comes() -> None:
    dispatcher = Dispatcher(drop=forget)
    dispatcher.start(lambda _: iter([due(0, 0.0), due(1, 3600.0)]), time.monotonic(), None)
    assert dispatcher.take() == due(0, 0.0)
    waiting = gevent.spawn(dispatcher.take)
    gevent.idle()
    assert not dispatcher.is_exhausted

    dispatcher.finish()
    dispatcher.turn(0.0, lambda _: iter([due(1, 0.0)]))

    assert (dispatcher.is_exhausted, dispatcher.due, waiting.ready()) == (True, 1, False)
    dispatcher.close()
    assert waiting.get(timeout=5) is None
