"""Which navigation a person means: its id, its number, or the end of its id."""

import re
import shlex
from pathlib import Path

from loadtest.errors import UsageError
from loadtest.navigation.record import navigation_id
from loadtest.report.run import Run
from loadtest.report.server import ServerSide
from loadtest.report.wording import amount, clipped, listed

__all__ = ["choose", "story_command"]

_ID = re.compile(r"[0-9a-f]{32}")
_ENDING = re.compile(r"[0-9a-f]{1,32}")
_NUMBER = re.compile(r"0|[1-9][0-9]*")
_DOTS = ("…", "...")
_NAMED = 4
_LONGEST_WORD = 60


def story_command(path: Path, navigation: str) -> str:
    """Return the command that tells a navigation's story; the id's second half is its number."""
    return f"loadtest report {shlex.quote(str(path))} --navigation {int(navigation[16:], 16)}"


def choose(run: Run, word: str) -> int:
    """Return the number of the navigation that is meant.

    Args:
        word: an id of 32 hex digits; a number, in decimal and without zeros in front; or the end of an id,
            with dots in front if it is to be no number: ``…0a``.

    Raises:
        UsageError: there is none, or more than one.
    """
    text = word.strip().lower()
    is_ending = text.startswith(_DOTS)
    text = text.lstrip("….")
    known = _known_numbers(run)
    if not known:
        raise UsageError(f"--navigation: no navigation of the run in {run.path} has left a trace")
    if _ID.fullmatch(text) and not text.startswith(run.info.id):
        raise UsageError(f"--navigation {text}: is of another run; this one's begin with {run.info.id}")
    if not is_ending and _NUMBER.fullmatch(text) and int(text) in known:
        return int(text)
    if not _ENDING.fullmatch(text):
        raise UsageError(
            f"--navigation {clipped(word, _LONGEST_WORD)!r}: is no navigation; give its id, its number, "
            "or the end of its id: …0a"
        )
    found = [number for number in sorted(known) if navigation_id(run.info.id, number).endswith(text)]
    if not found:
        most = max(known)
        raise UsageError(f"--navigation {text}: this run has no such navigation; it has numbers up to {most}")
    if len(found) > 1:
        raise UsageError(
            f"--navigation …{text}: is the end of {amount(len(found), 'navigation')}: {_some(found)}; "
            "give its number, or more of its id"
        )
    return found[0]


def _some(numbers: list[int]) -> str:
    named = [f"number {number}" for number in numbers[:_NAMED]]
    more = [f"{len(numbers) - _NAMED:,} more"] if len(numbers) > _NAMED else []
    return listed([*named, *more])


def _known_numbers(run: Run) -> frozenset[int]:
    """Return the navigations that have a record, and those of which only the server has told."""
    return frozenset(record.number for record in run.records) | _told_by(run.server)


def _told_by(server: ServerSide | None) -> frozenset[int]:
    told: set[int] = set()
    for process in server.processes if server else ():
        told.update(gone.number for gone in process.gone)
        told.update(*(error.navigations for error in process.errors), *process.left_behind.values())
    return frozenset(told)
