"""A user's own locustfile with two faults in it: each in one visit of ten."""

from locust import events

from loadtest.swarm.own import Conversation, Departure, PoolShape, TabUser, register

__all__ = ["Faulty", "PoolShape"]

register(events)


class Faulty(TabUser):
    """Forgets a departure, and a name."""

    def converse(self, page: Conversation) -> None:
        """Name what only some visits have."""
        page.think(0.01)
        if self._number == 5:
            page.emit("note", page.values["nickname"])

    def departure(self, number: int, planned: Departure) -> Departure:
        """Return the departure of all visits but one."""
        return {n: planned for n in range(10) if n != 3}[number]
