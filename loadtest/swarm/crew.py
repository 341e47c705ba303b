"""The generators of a run as its conductor sees them: this process, or Locust's workers."""

from collections.abc import Collection
from typing import Any

from locust.runners import STATE_MISSING, MasterRunner

from loadtest.swarm.messages import BEGIN, RELEASE, REST, TURN, Begin, Turned

__all__ = ["Crew"]


class Crew:
    """Names the generators, and sends them messages through Locust's runner."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner

    def members(self) -> Collection[str]:
        """Return the ids of the generators that are there now, in a stable order."""
        if isinstance(self._runner, MasterRunner):
            clients = self._runner.clients
            return sorted(node.id for node in clients.all if node.state != STATE_MISSING)
        return [self._runner.client_id]

    @property
    def size(self) -> int:
        """How many generators there are now."""
        return len(self.members())

    def begin(self, member: str, begin: Begin) -> None:
        """Send a generator its share."""
        self._runner.send_message(BEGIN, begin.to_wire(), member)

    def turn(self, turned: Turned) -> None:
        """Tell every generator of a turn of the live knob."""
        self._runner.send_message(TURN, turned.to_wire())

    def rest(self, run: str) -> None:
        """Tell every generator to start no more visits."""
        self._runner.send_message(REST, {"run": run})

    def release(self) -> None:
        """Tell every generator that the quiet is over."""
        self._runner.send_message(RELEASE, {})
