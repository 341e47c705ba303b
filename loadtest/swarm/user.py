"""The Locust user: one tab, which takes the next navigation that is due."""

from typing import Any

from gevent.event import Event
from locust import User, task
from locust.exception import StopUser

from loadtest.swarm.generator import Generator
from loadtest.transport.tab import Tab

__all__ = ["TabUser", "Work"]


class Work:
    """Where the users of a process find the generator of the run that is on, once it has begun."""

    def __init__(self) -> None:
        self._generator: Generator | None = None
        self._has_begun = Event()

    def put(self, generator: Generator | None) -> None:
        """Give the users a generator, or take it away."""
        self._generator = generator
        if generator is None:
            self._has_begun.clear()
        else:
            self._has_begun.set()

    def wait(self) -> Generator | None:
        """Wait until a run has begun in this process."""
        self._has_begun.wait()
        return self._generator


class TabUser(User):
    """One browser tab: its cookies, its tab id, its kept-alive connection; it does not pace itself."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._work: Work = environment.loadtest_work
        self._tab = Tab()

    @task
    def navigate(self) -> None:
        """Wait for the next navigation, and run its visit."""
        generator = self._work.wait()
        if generator is None or not generator.serve(self._tab):
            raise StopUser

    def on_stop(self) -> None:
        """Close the tab's kept-alive connection."""
        self._tab.close()
