"""Whether the server answers, one visit at a time: before the first probe, and after a heavy one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from loadtest.discovery.trial import describe_visit, try_visit
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.profile.model import Profile
from loadtest.transport.target import Target

__all__ = ["Patient"]

_EACH_S = 10.0
_LIMIT_S = 60.0
_PAUSE_S = 0.5
_TIMES, _MORE_S = 3.0, 0.1
"""A visit that takes up to so many times what the first one took, and so much more, finds the server well."""
_IN_A_ROW = 2


@dataclass(slots=True)
class Patient:
    """The server, as single visits find it."""

    profile: Profile
    host: str
    _well_s: float = field(default=0.0)

    def greet(self) -> str:
        """Visit once; return what is wrong, or an empty text."""
        record = self._visit()
        self._well_s = _took_s(record)
        return "" if record.outcome is Outcome.COMPLETED else describe_visit(record)

    def recover(self, tell: Callable[[str], None]) -> float | None:
        """Wait until the server is as quick as at first; return how long it took, None if it is not again."""
        began, well = time.monotonic(), 0
        while time.monotonic() - began < _LIMIT_S:
            record = self._visit()
            is_well = record.outcome is Outcome.COMPLETED and (
                _took_s(record) <= _TIMES * self._well_s + _MORE_S
            )
            well = well + 1 if is_well else 0
            if well == _IN_A_ROW:
                return time.monotonic() - began
            tell(f"waiting until the server has recovered: {describe_visit(record)}")
            time.sleep(_PAUSE_S)
        return None

    def _visit(self) -> NavigationRecord:
        return try_visit(self.profile, Target.resolve(self.host, self.profile.app.access.tls), _EACH_S)


def _took_s(record: NavigationRecord) -> float:
    return sum(record.phases_ms.values()) / 1000
