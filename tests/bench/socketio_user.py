"""A locustfile as Locust's own example would have it: page, connect, handshake, leave, with SocketIOUser."""

import os
import re
from typing import Any

import gevent
from locust import events, task
from locust.contrib.fasthttp import FastHttpUser
from locust.contrib.socketio import SocketIOUser
from locust.exception import StopUser

VISITOR = re.compile(r'data-visitor="([^"]+)"')
VISITS = int(os.environ["BENCH_VISITS"])
RATE_PER_S = float(os.environ["BENCH_RATE_PER_S"])


class Schedule:
    """The same evenly spaced arrivals as our profile's."""

    def __init__(self) -> None:
        self.started = 0
        self.began: float | None = None

    def wait(self) -> bool:
        """Wait until the next visit is due; False when there are no more."""
        now = gevent.get_hub().loop.now()
        if self.began is None:
            self.began = now
        if self.started >= VISITS:
            return False
        due = self.began + self.started / RATE_PER_S
        self.started += 1
        if due > now:
            gevent.sleep(due - now)
        return True


SCHEDULE = Schedule()


class Visitor(SocketIOUser, FastHttpUser):
    """One visitor after the other; ``client`` is FastHttpUser's, ``sio`` SocketIOUser's."""

    options: dict[str, Any] = {"reconnection": False}  # noqa: RUF012  # as SocketIOUser declares it

    @task
    def visit(self) -> None:
        """Visit once."""
        if not SCHEDULE.wait():
            raise StopUser
        page = self.client.get("/")
        found = VISITOR.search(page.text or "")
        assert found, "the demo's page"
        self.sio.connect(self.host, transports=["websocket"])
        self.sio.call("join", {"visitor": found[1]})
        self.sio.disconnect()


def _watch(environment: Any, **_: object) -> None:
    gevent.spawn(_quit_when_done, environment.runner)


def _quit_when_done(runner: Any) -> None:
    while SCHEDULE.started < VISITS or runner.user_count:
        gevent.sleep(0.2)
    runner.quit()


events.init.add_listener(_watch)
