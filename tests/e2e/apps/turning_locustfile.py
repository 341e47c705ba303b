"""A locustfile that turns the live knob by itself, at three counts of due navigations."""

import gevent
from locust import events

from loadtest.profile.model import Rate
from loadtest.swarm.conductor import Conductor
from loadtest.swarm.master import Master
from loadtest.swarm.plugin import register
from loadtest.swarm.shape import PoolShape
from loadtest.swarm.user import BrowserTab

__all__ = ["BrowserTab", "PoolShape"]

TURNS = (
    (20, Rate(3.0, is_factor=True), None),
    (90, None, (0.0, 1.0)),
    (130, Rate(7.5, is_factor=False), (3.0, 1.0)),
)
DEADLINE_S = 60.0

register(events)


def _on_init(environment: object, **_: object) -> None:
    master = getattr(environment, "loadtest_master", None)
    if master is not None:
        gevent.spawn(_turn, master)


events.init.add_listener(_on_init)


def _turn(master: Master) -> None:
    with gevent.Timeout(DEADLINE_S):
        for due, rate, weights in TURNS:
            while not (run := master.conductor) or not run.can_turn or _due(run) < due:
                gevent.sleep(0.02)
            run.turn(rate, weights)


def _due(run: Conductor) -> int:
    return run.ticks[-1].due if run.ticks else 0
