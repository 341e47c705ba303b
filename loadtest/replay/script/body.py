"""What visits do, from page to leaving, as lines; several ways share what they have in common."""

from collections.abc import Sequence

from loadtest.navigation.opening import HandshakeWay
from loadtest.navigation.states import Step
from loadtest.replay.script.leave import leave_lines
from loadtest.replay.script.source import indented, literal
from loadtest.replay.script.talk import lines_of
from loadtest.replay.script.telling import ONLY_PAGE, Telling
from loadtest.replay.script.way import steps_of

__all__ = ["chunks_of", "joined"]

Chunk = tuple[str, ...]


def chunks_of(telling: Telling, handshake: HandshakeWay) -> list[Chunk]:
    """Return the lines of a visit, those of each step together, those that leave at the end.

    Raises:
        CannotScriptError: a short script cannot do it.
    """
    steps = [step for step, _ in steps_of(telling.way, handshake, len(telling.app.connects))]
    if Step.RECONNECT in steps:
        again = steps.index(Step.RECONNECT)
        start = steps.index(Step.READ_PAGE) + 1
        begin = [tuple(lines_of(step, telling)) for step in steps[:start]]
        once = [line for step in steps[start:again] for line in lines_of(step, telling)]
        chunks = [*begin, _twice(telling, once), *(tuple(lines_of(step, telling)) for step in steps[-1:])]
    else:
        chunks = [tuple(lines_of(step, telling)) for step in steps]
    if telling.way.at in ONLY_PAGE:
        chunks.insert(0, _page_connection(telling))
    told = f"leaving at {telling.way.at} by {telling.way.manner}: {telling.way.client_has}"
    return [*filter(None, chunks), (f"print({literal(told)})", *leave_lines(telling))]


def _page_connection(telling: Telling) -> Chunk:
    opened = f"page = {telling.connection}"
    return (opened, *telling.kept("page"), *(["page.connect()"] if telling.way.at == "P00" else []))


def _twice(telling: Telling, once: list[str]) -> Chunk:
    """Do it again while the first connection is still open, then close that one."""
    sockets = "[item.sock for item in (get, post) if item.sock]" if telling.is_polling else "[ws.sock]"
    return (
        "former = []  # sockets",
        "for _ in range(2):  # the second socket comes before the first one's end can be noticed",
        *indented([*once, f"former.append({sockets})"]),
        "for sock in former[0]:",
        "    sock.shutdown(socket.SHUT_WR)  # FIN",
    )


def joined(ways: Sequence[tuple[str, list[Chunk]]]) -> list[str]:
    """Return the lines of several ways as one body; ``how`` says which of them is gone.

    Args:
        ways: what ``how`` is for each, and its chunks.
    """
    ways = list({tuple(chunks): (how, chunks) for how, chunks in ways}.values())
    if len(ways) == 1:
        return [line for chunk in ways[0][1] for line in chunk]
    lines: list[str] = []
    heads = {tuple(chunks[0]) for _, chunks in ways}
    while len(heads) == 1 and all(len(chunks) > 1 for _, chunks in ways):
        lines += heads.pop()
        ways = [(how, chunks[1:]) for how, chunks in ways]
        heads = {tuple(chunks[0]) for _, chunks in ways}
    groups: dict[Chunk, list[tuple[str, list[Chunk]]]] = {}
    for how, chunks in ways:
        groups.setdefault(chunks[0], []).append((how, chunks))
    *first, last = sorted(groups.values(), key=lambda group: max(len(chunks) for _, chunks in group))
    for group in first:
        names = ", ".join(literal(how) for how, _ in group)
        lines.append(f"if how == {names}:" if len(group) == 1 else f"if how in ({names}):")
        lines += indented([*joined(group), "return"])
    return lines + joined(last)
