"""A story as lines of text, for any width and any terminal."""

import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rich.console import Console
from rich.text import Text

from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.point import Transport
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.finding_sentences import point
from loadtest.report.story.happening import Happening, Side
from loadtest.report.story.story import Story
from loadtest.report.wording import clipped, listed, shown

__all__ = ["print_story", "story_lines"]

_LONGEST = 300
_HEAD = "        ms  side    "
_INDENT = len(_HEAD)
_NARROWEST = 20

_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.COMPLETED: "stayed to its end, as planned",
        Outcome.LEFT: "left as planned",
        Outcome.REFUSED: "was refused by the server",
        Outcome.LOST: "lost its connection",
        Outcome.TIMED_OUT: "waited in vain",
        Outcome.FAILED: "failed",
        Outcome.DROPPED: "never started",
    }
)
_PLANNED: Mapping[str, str] = MappingProxyType(
    {STAY: "to stay to its end, then to leave", BY_CLOCK: "to leave when its time was up,"}
)
"""Where it was to leave at no point."""
_TRANSPORTS: Mapping[Transport, str] = MappingProxyType(
    {
        Transport.WEBSOCKET: "a WebSocket",
        Transport.POLLING: "long-polling",
        Transport.UPGRADE: "long-polling and then a WebSocket",
    }
)
_BY_WALL_CLOCK = "Both sides by the wall clock: a fraction of a millisecond between them means nothing."
_STYLES: Mapping[Side, str] = MappingProxyType({Side.CLIENT: "", Side.SERVER: "cyan"})


def print_story(story: Story, console: Console) -> None:
    """Print a story; nothing that an app wrote gets through as markup or as control characters."""
    for line in _lines(story, max(console.width, _INDENT + _NARROWEST), console):
        console.print(line, soft_wrap=True)


def story_lines(story: Story, width: int) -> Sequence[str]:
    """Return a story as lines for a file: no colours, whatever terminal this process has."""
    console = Console(file=io.StringIO(), width=width, color_system=None, _environ={})
    return [line.plain for line in _lines(story, max(width, _INDENT + _NARROWEST), console)]


def _lines(story: Story, width: int, console: Console) -> Iterator[Text]:
    record = story.record
    outcome = _OUTCOMES[record.outcome] if record else "has no record"
    is_failure = record is not None and record.outcome.is_failure
    yield Text(f"Navigation {story.number} {outcome}", "bold red" if is_failure else "bold")
    yield Text(f"id: {story.navigation}")
    facts = [*(_facts(record) if record else ()), *_times(story), *_processes(story)]
    yield from _wrapped([(fact, "") for fact in facts], width, console)
    yield Text("")
    yield Text(f"{_HEAD}what happened", "dim")
    for happening in story.happenings:
        yield from _told(happening, width, console)
    yield Text("")
    notes = [(_residue(story), ""), *((note, "bold yellow") for note in story.notes)]
    if len({one.side for one in story.happenings if one.at_ms is not None}) > 1:
        notes.append((_BY_WALL_CLOCK, "dim"))
    yield from _wrapped(notes, width, console)


def _facts(record: NavigationRecord) -> Iterator[str]:
    planned = _PLANNED.get(record.planned_at, f"to leave at {point(record.planned_at)}")
    yield f"planned: {planned} by {record.planned_manner}, over {_TRANSPORTS[record.transport]}"
    if record.previous is not None:
        yield f"the same tab's visit before: {record.previous}"
    for name, wrong in record.assertions.items():
        saw = "held" if wrong is None else f"broken: {clipped(wrong, _LONGEST)}"
        yield f'assertion "{clipped(name, _LONGEST)}": {saw}'


def _times(story: Story) -> Iterator[str]:
    at = story.due_at
    clock = "" if at is None else f" at {at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"
    if story.record is not None:
        yield f"due {story.record.due_s:,.3f} s into the run" + (clock and f",{clock}")
    elif clock:
        yield f"first noted by the server{clock}"


def _processes(story: Story) -> Iterator[str]:
    if story.processes:
        many = "es" if len(story.processes) > 1 else ""
        yield f"served by process{many} {listed(story.processes)}"


def _told(happening: Happening, width: int, console: Console) -> Iterator[Text]:
    at = "?" if happening.at_ms is None else f"{happening.at_ms:,.1f}"
    style = "bold red" if happening.is_wrong else _STYLES[happening.side]
    head = f"{at:>10}  {happening.side:<6}  "
    rows = _wrapped([(happening.what, style)], width - _INDENT, console)
    for index, line in enumerate(rows):
        yield Text(head if index == 0 else " " * _INDENT) + line
    details = [(line, "dim") for line in happening.details]
    for line in _wrapped(details, width - _INDENT - 2, console):
        yield Text(" " * (_INDENT + 2)) + line


def _wrapped(texts: list[tuple[str, str]], width: int, console: Console) -> Iterator[Text]:
    """Yield lines of at most so many columns; later ones of the same text are indented."""
    for text, style in texts:
        whole = Text(shown(text, console.encoding), style=style)
        for index, line in enumerate(whole.wrap(console, max(width - 2, _NARROWEST))):
            line.rstrip()
            yield Text("  " * (index > 0)) + line


def _residue(story: Story) -> str:
    if story.left_behind is None:
        return "Left on the server: not known"
    left = listed(story.left_behind) or "nothing"
    return f"Left on the server after the quiet: {left}"
