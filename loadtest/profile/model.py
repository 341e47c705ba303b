"""A profile as it runs: frozen, checked, the same in every process."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadtest.apps.app import App
from loadtest.navigation.assertion import Assertion
from loadtest.navigation.departure import Mix
from loadtest.navigation.journey import Journey
from loadtest.navigation.phase import Phase

__all__ = ["Arrivals", "Gauge", "Profile", "Stage"]


class Arrivals(StrEnum):
    """How the arrivals of a stage are spread."""

    POISSON = "poisson"
    """As people come who do not know of each other: exponential gaps."""
    CONSTANT = "constant"
    """Evenly spaced at the stage's rate."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of a run whose navigation rate stays or changes in a straight line."""

    duration_s: float
    from_per_s: float
    to_per_s: float
    arrivals: Arrivals = Arrivals.POISSON


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number of the app's own that the hooks read at each push."""

    name: str
    value: str
    """``module:attribute``, or ``len(module:attribute)``."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What to run: how people come and go, and what the app needs."""

    name: str
    """The file's stem, such as ``nicegui``."""
    source: str
    """The path or name as the user wrote it, for messages."""
    text: str
    """The TOML as it runs, with ``--app``, ``--seed``, ``--set`` and ``--visits`` in it; parsed again, it
    gives an equal profile: the master sends it to its workers, and ``run.json`` keeps it."""
    description: str
    seed: int
    app: App
    stages: tuple[Stage, ...]
    max_users: int
    """The pool of tabs; a due navigation without a free one is dropped, and counted."""
    journey: Journey
    mix: Mix
    assertions: tuple[Assertion, ...]
    """What the clients must see."""
    gauges: tuple[Gauge, ...]
    """What the hooks are to read in the server."""
    deadlines_s: Mapping[Phase, float]
    thresholds: Mapping[str, tuple[str, ...]]
    """Expressions by the path of a figure in ``summary.json``; empty: the default thresholds."""
    max_visits: int | None
    allowed_hosts: tuple[str, ...]
    """Hosts beyond loopback that may be loaded."""

    @property
    def duration_s(self) -> float:
        """How long the schedule is."""
        return sum(stage.duration_s for stage in self.stages)
