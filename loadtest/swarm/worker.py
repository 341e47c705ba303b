"""A Locust process in its part as a generator of visits."""

import gc
from typing import Any

from locust.env import Environment
from locust.runners import WorkerRunner

from loadtest.navigation.record import NavigationRecord
from loadtest.swarm.generator import Generator
from loadtest.swarm.messages import BEGIN, RELEASE, REPORT, REST, TURN, Begin, Report, Turned
from loadtest.swarm.rows import fire_rows
from loadtest.swarm.user import Work

__all__ = ["Worker"]


class Worker:
    """This process as a generator of visits."""

    def __init__(self, environment: Environment, runner: Any, work: Work) -> None:
        self._environment = environment
        self._runner = runner
        self._work = work
        self._generator: Generator | None = None

    def listen(self) -> None:
        """Hear the master, and the end of the test."""
        self._runner.register_message(BEGIN, self._begin)
        self._runner.register_message(TURN, self._turn)
        self._runner.register_message(REST, self._rest)
        self._runner.register_message(RELEASE, self._release)
        self._environment.events.test_stopping.add_listener(self._stop)
        self._environment.events.test_stop.add_listener(self._report)
        self._environment.events.quitting.add_listener(self._stop)
        if isinstance(self._runner, WorkerRunner):
            self._environment.process_exit_code = 0  # the verdict is the master's

    def _begin(self, msg: Any, **_: object) -> None:
        _spare_the_collector()
        self._generator = Generator(Begin.from_wire(msg.data), send=self._send, tell=self._tell)
        self._generator.start()
        self._work.put(self._generator)

    def _turn(self, msg: Any, **_: object) -> None:
        if self._generator:
            self._generator.turn(Turned.from_wire(msg.data))

    def _rest(self, msg: Any, **_: object) -> None:
        if self._generator:
            self._generator.rest(str(msg.data["run"]))

    def _send(self, report: Report) -> None:
        self._runner.send_message(REPORT, report.to_wire())

    def _tell(self, record: NavigationRecord) -> None:
        fire_rows(self._environment.events.request, record)

    def _release(self, **_: object) -> None:
        if self._generator:
            self._generator.release()

    def _stop(self, **_: object) -> None:
        if self._generator:
            self._generator.stop()
            self._work.put(None)

    def _report(self, **_: object) -> None:
        if self._generator:
            self._generator.report()
            self._generator.release()
            self._generator = None


def _spare_the_collector() -> None:
    """Let Python's garbage collector pass over what was there before the run, and come less often.

    Locust and its web UI are some 200,000 objects that stay; walking them cost 6 to 10 % of a navigation.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
