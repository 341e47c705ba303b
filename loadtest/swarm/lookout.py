"""Has the thresholds judged that may end a run, while its load is on, and hears of one that failed."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loadtest.report.course import Aborted
from loadtest.swarm.account import Account
from loadtest.swarm.web.follower import Follower

__all__ = ["Lookout"]

_NAME = "what judges the thresholds that may end this run"


class Lookout:
    """A process of its own (``loadtest.report.watch``): the master's loop is not kept waiting.

    It asks before each look, and is answered how the run stands. The run goes on when it dies: the thresholds
    are judged at the end then.

    Args:
        folder: the run's.
        account: tells how the run stands, which is what it is answered.
        aborted: hears of a threshold that has failed for good.
        say: hears why it is not there any more.
    """

    def __init__(
        self,
        folder: Path,
        account: Account,
        aborted: Callable[[Aborted], None],
        say: Callable[[str], None],
    ) -> None:
        self._account = account
        self._aborted = aborted
        self._say = say
        self._t0: float | None = None
        command = (sys.executable, "-P", "-m", "loadtest.report.watch", str(folder))
        self._follower = Follower(command, self._hear, _NAME)

    def begin(self, t0: float) -> None:
        """Take note that the load begins: at this time of the monotonic clock."""
        self._t0 = t0

    def close(self) -> None:
        """End it, by its own id; returns at once."""
        self._follower.close()

    def _hear(self, message: Mapping[str, Any]) -> None:
        match message["type"]:
            case "ask":
                self._follower.say(self._stand())
            case "aborted":
                self._aborted(Aborted.from_json(message["aborted"]))
            case "problem":
                self._say(str(message["text"]))

    def _stand(self) -> Mapping[str, Any]:
        if self._t0 is None:
            return {"t_s": None, "due": 0, "generator": None}
        t_s = time.monotonic() - self._t0
        generator = self._account.generator(max(t_s, 1e-9))
        return {"t_s": t_s, "due": self._account.counts(t_s).due, "generator": generator.to_json()}
