"""Wires a run into Locust's events: the master conducts, every generator works, one process does both."""

from typing import Any

from locust.env import Environment
from locust.event import Events
from locust.runners import MasterRunner, WorkerRunner

from loadtest.swarm.master import Master
from loadtest.swarm.options import add_options
from loadtest.swarm.user import Work
from loadtest.swarm.worker import Worker

__all__ = ["register"]


def register(events: Events) -> None:
    """Add our listeners to Locust's events; the locustfile calls this once."""
    events.init_command_line_parser.add_listener(add_options)
    events.init.add_listener(_on_init)


def _on_init(environment: Environment, runner: Any, web_ui: Any, **_: object) -> None:
    work = Work()
    environment.loadtest_work = work  # type: ignore[attr-defined]  # TabUser reads it
    if not isinstance(runner, MasterRunner):
        Worker(environment, runner, work).listen()
    if not isinstance(runner, WorkerRunner):
        master = Master(environment, runner, web_ui)
        environment.loadtest_master = master  # type: ignore[attr-defined]  # for a locustfile of your own
        master.listen()
