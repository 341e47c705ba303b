"""What servers see of departures, as the README's tables: drawn from what the matrix test checks."""

from collections.abc import Iterable, Mapping

from loadtest.navigation.point import POINTS, Manner, Transport
from tests.e2e.seen import CONNECTED, NO_EVENT, RUNNING, SHAKEN, Seen, Story
from tests.e2e.seen_by_node import DIFFERENCES, MIDDLEWARE, seen_by_node
from tests.e2e.seen_by_python import seen_by_python
from tests.e2e.witnessing import ALL_CELLS, Cell

__all__ = ["differences_markdown", "reasons_markdown", "stories_markdown"]

WORDS: Mapping[Story, str] = {
    (): "nothing of a socket",
    NO_EVENT: "no event: an Engine.IO session that begins and ends",
    MIDDLEWARE: "the middleware only",
    CONNECTED: "connect, disconnect",
    SHAKEN: "connect, handshake, disconnect",
    RUNNING: "connect, handshake begins, disconnect, handshake ends",
    ("open", "error"): "no event; an error: the half POST is taken for a whole one",
}
REPRESENTATIVE = "P18"
"""Where every manner that there is can be had, and all that is left to see is how it ends."""


def stories_markdown() -> str:
    """Return the events that each point leaves, of visits whose end is noticed at once where that can be."""
    points: dict[tuple[str, str], list[str]] = {}
    for at in POINTS:
        cell = _plainest(at)
        seen = _words(seen_by_python(cell)), _words(seen_by_node(cell))
        points.setdefault(seen, []).append(at)
    rows = ((", ".join(ids), *seen) for seen, ids in points.items())
    return _markdown(("left at", "python-socketio sees", "Socket.IO for Node sees"), rows)


def _plainest(at: str) -> Cell:
    """Return the cell whose end is noticed first: a goodbye where there is one, or else a close."""
    for manner in (Manner.EIO_CLOSE, Manner.FIN):
        for cell in ALL_CELLS:
            if cell.at == at and cell.manner is manner:
                return cell
    raise AssertionError(f"{at} can be left in neither way")


def _words(sessions: tuple[Seen, ...]) -> str:
    story = sessions[-1].story if sessions else ()
    words = WORDS.get(story) or ", ".join(event for event in story[1:] if "." not in event)
    return f"{words}; and once more before the first disconnect" if len(sessions) > 1 else words


def reasons_markdown() -> str:
    """Return the reasons that a disconnect handler is given, by manner."""
    rows: dict[tuple[Manner, str, str], list[Transport]] = {}
    for manner in Manner:
        for transport, possible in POINTS[REPRESENTATIVE].ways():
            if possible is manner:
                cell = Cell(REPRESENTATIVE, transport, manner)
                seen = _ends(*seen_by_python(cell)), _ends(*seen_by_node(cell))
                rows.setdefault((manner, *seen), []).append(transport)
    lines = ((f"`{manner}`", ", ".join(over), *seen) for (manner, *seen), over in rows.items())
    return _markdown(("manner", "over", "python-socketio: reason", "Socket.IO for Node: reason"), lines)


def _ends(seen: Seen) -> str:
    end = " or ".join(sorted(seen.disconnect))
    when = "at the ping time-out" if seen.is_late else "at once"
    if seen.disconnect == seen.gone:
        return f"{end}, {when}"
    return f"{end}, at once; the connection: {' or '.join(sorted(seen.gone))}, {when}"


def differences_markdown() -> str:
    """Return the cells that Node sees otherwise than Python, and why."""
    rows = []
    for row in DIFFERENCES:
        cells = [cell for cell in ALL_CELLS if row.covers(cell)]
        transports = [over for over in Transport if any(cell.transport is over for cell in cells)]
        manners = [f"`{how}`" for how in Manner if any(cell.manner is how for cell in cells)]
        over = "all" if len(transports) == len(Transport) else ", ".join(transports)
        how = "all" if len(manners) == len(Manner) else ", ".join(manners)
        rows.append((", ".join(row.points), over, how, row.sees, row.why))
    return _markdown(("left at", "over", "manner", "Socket.IO for Node sees", "because"), rows)


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join([_line(head), "|---" * len(head) + "|", *map(_line, rows)])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
