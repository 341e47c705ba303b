"""A finding: something that should not have happened, and the departures that brought it about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loadtest.report.attribution import Tally

__all__ = ["ANY", "ENDED_BY_SERVER", "Aspect", "Finding", "FindingKind", "LedBy", "Moment"]

ANY = "any"
"""``manners``, ``transports`` or ``moves`` when that makes no difference."""
ENDED_BY_SERVER = "ended_by_server"
"""Stands among the manners for visits that the server ended: nobody left, so nobody chose a manner."""


class FindingKind(StrEnum):
    """What kind of detector made a finding."""

    SERVER_ERROR = "server_error"
    RESIDUE = "residue"
    CLIENT = "client"
    """An assertion was broken: something that the client had to see."""
    LIVENESS = "liveness"
    """A server process died, was restarted, or stopped answering."""


class LedBy(StrEnum):
    """Whose departures the points, manners and transports of a finding are."""

    OWN = "own"
    """Those of the visits that showed it."""
    PREVIOUS = "previous"
    """Those of the visits before them in the same tabs."""


class Aspect(StrEnum):
    """What may lead to a finding beside the point of departure."""

    MANNER = "manner"
    TRANSPORT = "transport"
    MOVE = "move"
    """How the tab came to the visit."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a server died or stopped answering; seconds of the run."""

    at_s: float
    back_s: float | None
    """When it answered again; None: it did not."""
    under_way: int
    """Visits that lost their connections then, or waited in vain."""
    refused: int
    """Connections that were refused until it was back."""
    came_after: int
    """Visits that began after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding; its fields, but for ``showed``, are the keys of ``findings[]`` in ``summary.json``."""

    kind: FindingKind
    what: str
    at: tuple[str, ...]
    """The points whose visits showed it (or led to it: ``led_by``), in the order of a connection's life."""
    led_by: LedBy = LedBy.OWN
    manners: str | tuple[str, ...]
    """``any``, or the manners in which visits at these points had to leave to show it."""
    transports: str | tuple[str, ...] = ANY
    """``any``, or the transports that they had to have."""
    moves: str | tuple[str, ...] = ANY
    """``any``, or how the tab had to come to the visit that showed it."""
    count: int
    """Visits at these points that showed it."""
    of: int
    """All visits at these points."""
    elsewhere: int
    elsewhere_of: int
    navigation: str | None
    """The trace id of one visit that showed it."""
    replay: str | None = None
    """The command that sends the visits that showed it again; None where there are none."""
    showed: frozenset[int] = field(default=frozenset(), compare=False)
    """The numbers of all visits that showed it (of liveness: that left right before it), wherever they left,
    those without a record too."""
    is_points_doing: bool
    """Whether a test on the counts, and not chance, ties it to these points."""
    attributed: bool
    """Whether one ties it to these points, manners, transports or moves. Of liveness, ``count`` are the
    visits that left right before it."""
    by_manner: Mapping[str, Tally]
    """``hit`` of ``of`` visits at these points, for each manner in which they were left; where transports
    or moves explain more than manners do, of the visits that had those."""
    by_transport: Mapping[str, Tally]
    by_move: Mapping[str, Tally]
    unplaced: int
    """Visits that showed it and have no record: under way when the run was cut off."""
    examples: tuple[str, ...]
    """Trace ids of up to five visits that showed it."""
    left_behind: Mapping[str, int] = field(default_factory=dict)
    """How many of the visits that showed it left what on the server."""
    exceptions: int | None = None
    """Exceptions that the server counted; one visit may raise several."""
    strays: int = 0
    """How many of these no visit can be told for."""
    channels: tuple[str, ...] = ()
    """The ways on which the hooks came to know of them (``server.Channel``), the most frequent first."""
    event: str | None = None
    """The event in which it came the most often."""
    events: tuple[str, ...] = ()
    namespace: str | None = None
    file: str | None = None
    line: int | None = None
    traceback: str | None = None
    variants: Mapping[str, int] = field(default_factory=dict)
    """What visits saw of a broken assertion, and how many of them, the most frequent first."""
    moments: tuple[Moment, ...] = ()
    """Of liveness: when it happened."""
    under_way: tuple[str, ...] = ()
    """Trace ids of up to five visits that were under way at these moments, and lost or left waiting."""
    boots: tuple[str, ...] = ()
    """Boot ids of the server processes that it is about."""
    first_s: float | None = None
    """When it was seen first, seconds after t0; None: nobody knows."""
    last_s: float | None = None
    remark: str | None = None
    """What else is known: whether other processes went on serving, say."""
