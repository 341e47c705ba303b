"""Handing out the visits of a list: those of one tab one after another."""

import time
from collections.abc import Sequence
from typing import Any

import gevent

from loadtest.profile.pacing import Arrival
from loadtest.swarm.listed_dispatcher import ListedDispatcher


def due(number: int, due_s: float = 0.0, tab: int | None = None) -> Arrival:
    return Arrival(number, due_s, mark=float(number), piece=number, tab=tab)


def number_of(user: "gevent.Greenlet[..., Arrival | None]") -> int:
    """Return the number of the visit that a user has got."""
    assert user.value is not None
    return user.value.number


def begin(
    arrivals: Sequence[Arrival], users: int
) -> tuple[ListedDispatcher, list[Arrival], "list[gevent.Greenlet[..., Any]]"]:
    """Start a list over so many users that wait already; what nobody was free for is in the second."""
    dropped: list[Arrival] = []
    dispatcher = ListedDispatcher(dropped.append)
    waiting = [gevent.spawn(dispatcher.take, user, None) for user in range(users)]
    gevent.idle()
    dispatcher.start(lambda _: iter(arrivals), time.monotonic(), None)
    return dispatcher, dropped, waiting


def test_a_visit_goes_to_a_free_user_and_without_one_is_dropped() -> None:
    dispatcher, dropped, (user,) = begin([due(5), due(6)], users=1)

    assert user.get(timeout=5) == due(5)
    gevent.idle()
    assert dropped == [due(6)]
    assert (dispatcher.due, dispatcher.dropped, dispatcher.is_exhausted) == (2, 1, True)


def test_a_tabs_next_visit_waits_for_the_one_before_though_others_are_free() -> None:
    dispatcher, dropped, users = begin([due(1, tab=4), due(2, tab=4), due(3, tab=5)], users=3)
    gevent.idle()

    gone = {number_of(user): number for number, user in enumerate(users) if user.ready()}
    assert gone.keys() == {1, 3}
    assert dispatcher.take(gone[1], None) == due(2, tab=4)
    assert (dropped, dispatcher.due) == ([], 3)
    dispatcher.close()
    gevent.joinall(users, timeout=5)


def test_a_tab_that_is_done_is_free_for_any_user() -> None:
    dispatcher, _, (first, second) = begin([due(1, tab=4), due(2, 0.2, tab=4)], users=2)
    gevent.idle()
    made = 0 if first.ready() else 1
    other = second if made == 0 else first

    again = gevent.spawn(dispatcher.take, made, None)
    gevent.wait([again, other], timeout=5, count=1)

    assert [user.value for user in (again, other) if user.ready()] == [due(2, 0.2, tab=4)]
    dispatcher.close()
    gevent.joinall([again, other], timeout=5)


def test_a_tab_goes_on_to_its_own_next_visit_unless_that_is_far_ahead() -> None:
    arrivals = [due(1, tab=4), due(2, tab=None), due(3, 2.0, tab=4), due(4, 90.0, tab=4)]
    dispatcher, _, users = begin(arrivals, users=2)
    gevent.joinall(users, timeout=5)
    of = {number_of(user): number for number, user in enumerate(users)}

    assert dispatcher.promise(of[1]) == due(3, 2.0, tab=4)
    assert dispatcher.promise(of[2]) is None
    later = ListedDispatcher(lambda _: None)
    waiting = gevent.spawn(later.take, 0, None)
    gevent.idle()
    later.start(lambda _: iter(arrivals[2:]), time.monotonic() - 2.0, None)
    assert waiting.get(timeout=5) == due(3, 2.0, tab=4)
    assert later.promise(0) is None


def test_nothing_that_is_due_later_than_the_time_comes() -> None:
    dispatcher = ListedDispatcher(lambda _: None)
    dispatcher.start(lambda _: iter([due(1, 0.0), due(2, 9.0)]), time.monotonic() - 20, time_s=5.0)
    gevent.idle()

    assert (dispatcher.due, dispatcher.is_exhausted) == (1, True)


def test_at_the_end_every_user_goes_and_a_waiting_visit_stays_unmade() -> None:
    dispatcher, _, users = begin([due(1, tab=4), due(2, tab=4)], users=3)
    gevent.idle()
    made = next(number for number, user in enumerate(users) if user.ready())

    dispatcher.close()

    gevent.joinall(users, timeout=5)
    assert [user.value for number, user in enumerate(users) if number != made] == [None, None]
    assert dispatcher.take(made, None) is None


def test_a_user_that_is_killed_while_it_waits_gets_nothing() -> None:
    dispatcher, dropped, (user, _) = begin([], users=2)
    user.kill()
    dispatcher.start(lambda _: iter([due(1), due(2)]), time.monotonic(), None)
    gevent.idle()

    assert dropped == [due(2)]
    dispatcher.close()
