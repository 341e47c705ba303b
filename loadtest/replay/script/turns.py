"""The visits of a profile as the turns of a script."""

from collections.abc import Mapping, Sequence

from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.journey import Move
from loadtest.navigation.point import POINTS
from loadtest.profile.listing import ListedVisit
from loadtest.profile.model import Profile
from loadtest.replay.script.script import Turn
from loadtest.replay.script.source import CannotScriptError
from loadtest.replay.script.way import Way, dwells

__all__ = ["row_of", "turns_of"]

_PLAIN_MOVES = frozenset({None, Move.NAVIGATE, Move.RELOAD})
"""A page is asked for, whatever was there before."""
_INSTEAD = "run the written profile instead"


def turns_of(profile: Profile, visits: Sequence[ListedVisit]) -> list[Turn]:
    """Return what a script of these visits does.

    Args:
        profile: one that sends these visits and no others, as ``reduced_profile`` writes it.

    Raises:
        CannotScriptError: they do what no short script does.
    """
    turns = []
    for place, visit in enumerate(visits):
        if visit.move not in _PLAIN_MOVES:
            raise CannotScriptError(
                f"a visit begins by {visit.move}, which takes a tab's history; {_INSTEAD}"
            )
        number = profile.listing.visits[place].number if profile.listing else place
        way = _way(profile.draw_departure(number, visit.due_s), visit.page or profile.draw_page(number))
        turns.append(Turn(visit.due_s, -1 - place if visit.tab is None else visit.tab, way))
    return turns


def _way(departure: Departure, page: str) -> Way:
    if departure.at == BY_CLOCK:
        raise CannotScriptError(f"a visit leaves by the clock, and a script at a point; {_INSTEAD}")
    if departure.after_s:
        raise CannotScriptError(f"a visit leaves {departure.after_s:.3g} s after {departure.at}; {_INSTEAD}")
    assert departure.at in POINTS or departure.at == STAY, "there are no others"
    dwell_s = departure.dwell_s if dwells(departure.at) else 0.0
    return Way(page, departure.at, departure.manner, departure.transport, dwell_s)


def row_of(profile: Profile, visits: Sequence[ListedVisit]) -> Mapping[str, str]:
    """Return the row of the ``data`` file that the visits' tab has.

    Raises:
        CannotScriptError: several tabs have rows of their own.
    """
    rows = profile.app.access.rows
    if not rows:
        return {}
    if len({visit.tab for visit in visits}) > 1:
        raise CannotScriptError(f"each tab has its own row of data; {_INSTEAD}")
    return rows[(visits[0].tab or 0) % len(rows)]
