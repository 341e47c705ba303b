"""Whose work is being done: the navigation that is current, handed on to all that it starts."""

from __future__ import annotations

from contextvars import Context, ContextVar, Token

__all__ = ["TASK", "Place", "context_with", "current", "enter", "leave"]

TASK = "task"
"""The origin of what was started with ``start_background_task``."""


class Place:
    """Where an error belongs: a navigation, and the event whose handler runs or has started what runs.

    Names and numbers alone: a task of the app that never ends keeps its context, and so this, for ever.
    """

    __slots__ = ("event", "namespace", "number", "origin", "run")

    def __init__(
        self,
        run: str,
        number: int,
        namespace: str | None = None,
        event: str | None = None,
        origin: str | None = None,
    ) -> None:
        self.run = run
        self.number = number
        self.namespace = namespace
        self.event = event
        self.origin = origin

    def is_of(self, other: Place) -> bool:
        """Return whether both are of one navigation."""
        return self.number == other.number and self.run == other.run

    def started_as(self, origin: str) -> Place:
        """Return this place for what is about to be started in a way of its own."""
        return Place(self.run, self.number, self.namespace, self.event, origin)


current: ContextVar[Place | None] = ContextVar("loadtest", default=None)
"""The place of what runs now; tasks and callbacks of asyncio inherit it by themselves."""


def enter(place: Place | None) -> Token[Place | None]:
    """Make a place current until ``leave``."""
    return current.set(place)


def leave(token: Token[Place | None]) -> None:
    """Take back what ``enter`` did."""
    try:
        current.reset(token)
    except ValueError:
        # a coroutine that was never finished is closed in the context of whoever lets go of it: the
        # context that was entered has ended with it
        return


def context_with(place: Place) -> Context:
    """Return a context that holds this place alone, for a greenlet that would begin with an empty one."""
    made = Context()
    made.run(current.set, place)
    return made
