"""Handing out what is due."""

import time
from collections.abc import Sequence

import gevent

from loadtest.profile.pacing import Arrival
from loadtest.swarm.dispatcher import Dispatcher


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
