"""What the master and its generators tell each other: plain data, the same on one machine and on many."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["BEGIN", "RELEASE", "REPORT", "Begin", "Report"]

BEGIN = "loadtest_begin"
"""Master to one generator: a ``Begin``."""
REPORT = "loadtest_report"
"""Generator to master, once a second: a ``Report``."""
RELEASE = "loadtest_release"
"""Master to all: the quiet is over, close the silent sockets."""


@dataclass(frozen=True, slots=True)
class Begin:
    """One generator's share of a run: the numbers n with n mod ``generators`` = ``index``."""

    run: str
    """16 hex digits."""
    profile_name: str
    profile_text: str
    host: str
    t0_at: float
    """The run's t0, seconds of Unix time."""
    time_s: float | None
    """Nothing is started later than this after t0."""
    index: int
    generators: int

    def to_wire(self) -> dict[str, Any]:
        """Return the message's data."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> "Begin":
        """Read the message's data."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Report:
    """What one generator has done since its last report, and how it is."""

    run: str
    index: int
    lines: str
    """New lines of ``navigations.jsonl``."""
    due: int
    """Navigations that have come due, since t0."""
    dropped: int
    """Of these, those without a free user."""
    ended: int
    """Of these, those whose visit has ended."""
    failed: int
    """Of these, those that ended otherwise than planned."""
    last_error: str | None
    """What the last of them met: one of a small set of texts."""
    is_exhausted: bool
    """Every navigation of the share has come due."""
    silent: int
    """Silent sockets that are kept open."""
    ping_s: float
    """Largest ping interval + ping time-out seen; 0 before any."""
    cpu_s: float
    """CPU seconds since t0."""
    loop_lag: Mapping[str, Any]
    """Histogram of the loop's lag since t0, in its wire form."""

    @property
    def under_way(self) -> int:
        """Visits that have begun and not ended."""
        return self.due - self.dropped - self.ended

    @property
    def is_done(self) -> bool:
        """Nothing more will come from this generator."""
        return self.is_exhausted and self.under_way == 0

    def to_wire(self) -> dict[str, Any]:
        """Return the message's data."""
        return asdict(self)

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> "Report":
        """Read the message's data."""
        return cls(**data)
