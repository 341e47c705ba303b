"""The run that pages look at: the one that is on, or the last one until the next begins."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from loadtest.errors import UsageError
from loadtest.profile.model import Rate, Turn
from loadtest.report.live.backlog import Backlog
from loadtest.swarm.account import Tick
from loadtest.swarm.web.files import REPORT
from loadtest.swarm.web.follower import Follower, follow_command

__all__ = ["Conducted", "Watched"]


class Conducted(Protocol):
    """A run as pages see it."""

    @property
    def run_id(self) -> str:
        """16 hex digits."""

    @property
    def path(self) -> Path:
        """The run's folder."""

    @property
    def state(self) -> str:
        """One of hooks, load, quiet, over."""

    @property
    def can_turn(self) -> bool:
        """Whether its rate or weights can be changed now."""

    @property
    def ticks(self) -> Sequence[Tick]:
        """Its account, a ``Tick`` a second; one that is out of the list does not come back."""

    def turn(self, rate: Rate | None, weights: tuple[float, ...] | None) -> Turn:
        """Change the rate or the weights from the next second on."""


class Watched:
    """Holds a run and its follower, and tells a page what it has not heard yet."""

    def __init__(
        self, line: Callable[[], str], command: Callable[[Path], Sequence[str]] = follow_command
    ) -> None:
        self._line = line
        self._command = command
        self._run: Conducted | None = None
        self._verdict: str | None = None
        self._backlog = Backlog()
        self._follower: Follower | None = None

    @property
    def folder(self) -> Path | None:
        """The run's folder; None before the first run."""
        return self._run.path if self._run else None

    @property
    def run_id(self) -> str | None:
        """The run's id; None before the first run."""
        return self._run.run_id if self._run else None

    def begin(self, run: Conducted) -> None:
        """Look at a new run; the one before is forgotten."""
        self.close()
        self._run = run
        self._verdict = None
        self._backlog = Backlog()
        self._follower = Follower(self._command(run.path), self._backlog.add)

    def run_ended(self, verdict: str) -> None:
        """Take note of the run's verdict, in words."""
        self._verdict = verdict
        if self._follower:
            self._follower.run_ended()

    def close(self) -> None:
        """End the follower."""
        if self._follower:
            self._follower.close()
            self._follower = None

    def live(self, run_id: str, since: int, tick_s: float) -> Mapping[str, Any]:
        """Return what a page has not heard yet.

        Args:
            run_id: the run that the page shows; with another one it begins anew.
            since: number of the last message that it heard.
            tick_s: time of the last tick that it has, or less than any.
        """
        run = self._run
        if run is None:
            return {
                "run": None,
                "seq": 0,
                "reset": bool(run_id),
                "state": "idle",
                "can_turn": False,
                "messages": [],
                "ticks": [],
                "progress": "",
                "has_report": False,
            }
        is_new = run_id != run.run_id
        return {
            "run": run.run_id,
            "seq": self._backlog.sequence,
            "reset": is_new,
            "state": run.state,
            "can_turn": run.can_turn,
            "messages": self._backlog.since(0 if is_new else since),
            "ticks": [_row(tick) for tick in run.ticks if is_new or tick.t_s > tick_s],
            "progress": self._verdict or self._line(),
            "has_report": run.state == "over" and (run.path / REPORT).is_file(),
        }

    def turn(self, rate: Rate | None, weights: tuple[float, ...] | None) -> Turn:
        """Change the rate or the weights of the run that is on.

        Raises:
            UsageError: no load is on, or it cannot be turned like this.
        """
        if self._run is None:
            raise UsageError("no load is on: start a run first")
        return self._run.turn(rate, weights)


def _row(tick: Tick) -> list[float]:
    return [
        tick.t_s,
        tick.due,
        tick.started,
        tick.late,
        tick.dropped,
        tick.ended,
        tick.failed,
        tick.under_way,
    ]
