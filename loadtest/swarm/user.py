"""The Locust user: one tab, which takes the next navigation that is due; made to be subclassed."""

from dataclasses import replace
from functools import partial
from typing import Any

from gevent.event import Event
from locust import User, task
from locust.exception import StopUser

from loadtest.errors import OwnCodeError
from loadtest.navigation.departure import STAY, Departure
from loadtest.navigation.draw import Stream, uniform
from loadtest.navigation.opening import Caller, Opening
from loadtest.swarm.generator import Generator
from loadtest.swarm.own_code import checked, guarded
from loadtest.transport.conversation import Conversation
from loadtest.transport.site import Behaviour
from loadtest.transport.tab import Tab

__all__ = ["BrowserTab", "TabUser", "Work"]


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
    """One browser tab: its cookies, its tab id, its history, its kept-alive connection.

    A locustfile of your own may subclass it, and say otherwise in any of three methods: ``opening`` (how a
    page opens its socket), ``converse`` (what is said after the handshake) and ``departure`` (how a visit
    ends). It does not pace itself: when a navigation is due, the profile's schedule says.
    """

    abstract = True
    """Locust runs every user class that a locustfile imports, unless it is abstract."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._work: Work = environment.loadtest_work
        self._generator: Generator | None = None
        self._tab: Tab | None = None
        self._number = 0
        self._fault: OwnCodeError | None = None
        own = type(self)
        self._has_own_opening = own.opening is not TabUser.opening
        self._has_own_talk = own.converse is not TabUser.converse

    def opening(self, body: str, caller: Caller) -> Opening:
        """Return how a page opens its socket.

        Args:
            body: the page's text.
            caller: the tab's id, the navigation's trace id, the tab's row of the ``data`` file.

        Raises:
            ExtractionError: the page does not hold what its socket needs; the visit fails with that.
        """
        return self._run.app.open(body, caller)

    def converse(self, page: Conversation) -> None:
        """Say something after the handshake: here, the steps of the profile.

        What ``page`` waits for in vain ends the visit as timed out; what ``page.check`` is told and does not
        hold is a finding. A departure by the clock, or by its point, may break it off anywhere.
        """
        steps, seed = self._run.app.access.steps, self._run.seed
        page.perform(steps, [uniform(seed + i, self._number, Stream.STEP) for i in range(len(steps))])

    def departure(self, number: int, planned: Departure) -> Departure:  # noqa: ARG002  # for subclasses
        """Return how navigation ``number`` ends, which the profile has planned so.

        It is asked again for a navigation that a tab goes on to, so the answer must depend on the arguments
        alone.
        """
        return planned

    def plan(self, number: int, planned: Departure) -> Departure:
        """Return what ``departure`` says; a visit of which it says nothing that can be done stays, and fails.

        A navigation that has been handed out must end in a record, or the run would wait for it for ever.
        """
        self._fault = None
        try:
            return checked(guarded(self.departure, number, planned))
        except OwnCodeError as error:
            self._fault = error
            return replace(planned, at=STAY, after_s=0.0)

    def behaviour(self, number: int) -> Behaviour | None:
        """Return what a visit does; None where nothing differs from what the app's pages do."""
        self._number = number
        if self._fault is not None:
            return Behaviour(partial(_fail, self._fault))
        talks = self._has_own_talk or bool(self._run.app.access.steps)
        if not talks and not self._has_own_opening:
            return None
        return Behaviour(
            partial(guarded, self.opening) if self._has_own_opening else self.opening,
            (partial(guarded, self.converse) if self._has_own_talk else self.converse) if talks else None,
        )

    @property
    def _run(self) -> Generator:
        assert self._generator is not None, "asked only while a visit is on"
        return self._generator

    @task
    def navigate(self) -> None:
        """Wait for the next navigation, and run its visit."""
        generator = self._work.wait()
        if generator is None:
            raise StopUser
        if self._tab is None or generator is not self._generator:
            self.on_stop()
            self._generator, self._tab = generator, generator.new_tab()
        while generator.serve(self._tab, self):
            pass  # Locust's own loop costs some µs a turn, and has nothing to say here
        raise StopUser

    def on_stop(self) -> None:
        """Close the tab's kept-alive connection."""
        if self._tab is not None:
            self._tab.close()


def _fail(fault: OwnCodeError, body: str, caller: Caller) -> Opening:
    del body, caller
    raise fault


class BrowserTab(TabUser):
    """The tab of the locustfile that comes with this package: what the profile says, and no more."""
