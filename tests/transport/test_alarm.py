"""One time-out for a whole visit."""

import math
import time

import gevent
import pytest

from loadtest.transport.alarm import Alarm, Rang

LONG_S = 10.0


def test_an_alarm_breaks_off_a_wait() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() + 0.01)
    with pytest.raises(Rang):
        gevent.sleep(LONG_S)


def test_a_time_that_has_passed_rings_at_the_next_wait() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() - 1.0)
    with pytest.raises(Rang):
        gevent.sleep(LONG_S)


def test_an_alarm_that_is_moved_on_rings_at_its_new_time() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() + 0.01)
    until = time.monotonic() + 0.05
    alarm.set(until)
    with pytest.raises(Rang):
        gevent.sleep(LONG_S)
    assert time.monotonic() >= until


def test_an_alarm_that_is_moved_nearer_rings_earlier() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() + LONG_S)
    alarm.set(time.monotonic() + 0.01)
    with pytest.raises(Rang):
        gevent.sleep(LONG_S)


def test_an_alarm_rings_again_when_it_is_set_again() -> None:
    alarm = Alarm()
    for _ in range(2):
        alarm.set(time.monotonic() + 0.01)
        with pytest.raises(Rang):
            gevent.sleep(LONG_S)


def test_an_alarm_that_is_moved_to_never_is_quiet() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() + 0.01)
    alarm.set(math.inf)
    gevent.sleep(0.03)


def test_a_closed_alarm_is_quiet() -> None:
    alarm = Alarm()
    alarm.set(time.monotonic() + 0.01)
    alarm.close()
    gevent.sleep(0.03)


def test_an_alarm_rings_in_its_own_greenlet_alone() -> None:
    def ring() -> str:
        alarm = Alarm()
        alarm.set(time.monotonic() + 0.01)
        try:
            gevent.sleep(LONG_S)
        except Rang:
            return "rang"
        return "slept"

    ringing = gevent.spawn(ring)
    sleeping = gevent.spawn(gevent.sleep, 0.03)
    ringing.join()
    sleeping.join()
    assert (ringing.value, sleeping.exception) == ("rang", None)
