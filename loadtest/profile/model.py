"""A profile as it runs: frozen, checked, the same in every process."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadtest.apps.app import App, page_for
from loadtest.metrics.abort import Abort
from loadtest.navigation.assertion import Assertion
from loadtest.navigation.departure import Departure, Mix
from loadtest.navigation.draw import Distribution
from loadtest.navigation.journey import Journey, Move
from loadtest.navigation.phase import Phase
from loadtest.profile.listing import Listing

__all__ = ["Arrivals", "Gauge", "Piece", "Profile", "Rate", "Stage", "Turn"]


class Arrivals(StrEnum):
    """How the arrivals of a stage are spread."""

    POISSON = "poisson"
    """As people come who do not know of each other: exponential gaps."""
    CONSTANT = "constant"
    """Evenly spaced at the stage's rate."""
    BURSTS = "bursts"
    """Many at one instant; the instants come as a Poisson process."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time whose navigation rate stays or changes in a straight line."""

    duration_s: float
    from_per_s: float
    to_per_s: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of a run: how many come, and how."""

    duration_s: float
    pieces: tuple[Piece, ...] = ()
    """The rate over the stage's time; empty in a closed model, which has none."""
    arrivals: Arrivals = Arrivals.POISSON
    burst_size: int = 1
    """So many arrive at one instant when the arrivals are bursts."""
    is_warm_up: bool = False
    """Run, and left out of all figures but findings."""
    users: tuple[float, float] | None = None
    """Closed model: tabs at work at the stage's start and at its end; None in an open one."""
    text: str = ""
    """What it does, in words: ``30 s, from 5 to 200 navigations a second, poisson``."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What the navigation rate is turned to."""

    value: float
    is_factor: bool
    """Times the planned rate; else so many a second, whatever was planned."""

    def __str__(self) -> str:
        return f"x{self.value:g}" if self.is_factor else f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the live knob: from then on, until the next turn that says the same thing."""

    at_s: float
    """Seconds after t0; what is due before stays as it was."""
    rate: Rate | None = None
    weights: tuple[float, ...] | None = None
    """One for each row of ``[[departures]]``."""


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
    turns: tuple[Turn, ...]
    """In order of time."""
    max_users: int
    """The pool of tabs; a due navigation without a free one is dropped, and counted."""
    wait_s: Distribution
    """Closed model: a tab's pause between two visits."""
    journey: Journey
    mix: Mix
    """The departures as they are planned; after a turn of their weights, ``mix_at`` knows better."""
    later_mixes: tuple[tuple[float, Mix], ...]
    """The departures from so many seconds after t0 on, in order of time."""
    assertions: tuple[Assertion, ...]
    """What the clients must see."""
    gauges: tuple[Gauge, ...]
    """What the hooks are to read in the server."""
    listing: Listing | None
    """The visits one by one, where the profile lists them: its one stage then only tells their rate."""
    deadlines_s: Mapping[Phase, float]
    thresholds: Mapping[str, tuple[str, ...]]
    """Expressions by the path of a figure in ``summary.json``; empty: the default thresholds."""
    aborts: tuple[Abort, ...]
    """Those of them that end the run when they do not hold."""
    max_visits: int | None
    allowed_hosts: tuple[str, ...]
    """Hosts beyond loopback that may be loaded."""

    @property
    def duration_s(self) -> float:
        """How long the schedule is."""
        return sum(stage.duration_s for stage in self.stages)

    @property
    def is_closed(self) -> bool:
        """Whether each tab goes on when it is done (and no rate is planned), rather than when one is due."""
        return self.stages[0].users is not None

    @property
    def goes_on(self) -> bool:
        """Whether a tab asks for its next page before it drops the socket of the last."""
        return self.journey.goes_on or (self.listing is not None and self.listing.has_moves)

    @property
    def has_reconnects(self) -> bool:
        """Whether a tab may open its socket again without a page."""
        is_listed = self.listing is not None and self.listing.has_reconnects
        return is_listed or bool(self.journey.weights.get(Move.RECONNECT))

    def draw_move(self, number: int) -> Move:
        """Return how navigation ``number`` begins: as its list says, or as it is drawn."""
        listed = self.listing.move_of(number) if self.listing else None
        return listed or self.journey.draw(self.seed, number)

    def draw_page(self, number: int) -> str:
        """Return where the link of navigation ``number`` leads."""
        listed = self.listing.page_of(number) if self.listing else None
        return listed or page_for(self.app.access, self.seed, number)

    def draw_departure(self, number: int, due_s: float) -> Departure:
        """Return how navigation ``number``, due then, is to end."""
        mix = self.listing.mix_of(number) if self.listing else self.mix_at(due_s)
        return mix.draw(self.seed, number)

    def mix_at(self, due_s: float) -> Mix:
        """Return the departures of what is due then."""
        mix = self.mix
        for from_s, later in self.later_mixes:
            if from_s <= due_s:
                mix = later
        return mix

    def users_at(self, now_s: float) -> float:
        """Return how many tabs a closed model wants at work then; 0 before and after the run."""
        start_s = 0.0
        for stage in self.stages:
            elapsed_s = now_s - start_s
            if 0 <= elapsed_s < stage.duration_s and stage.users:
                first, last = stage.users
                return first + (last - first) * elapsed_s / stage.duration_s
            start_s += stage.duration_s
        return 0.0
