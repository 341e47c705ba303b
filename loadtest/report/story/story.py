"""The story of one navigation, told from all that a run's folder holds of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, navigation_id
from loadtest.report.exits import unknown_boots
from loadtest.report.run import Run
from loadtest.report.server import Process
from loadtest.report.story.client import tell_client
from loadtest.report.story.happening import Happening, in_order
from loadtest.report.story.server import Clock, first_at, tell_server
from loadtest.report.wording import amount

__all__ = ["Story", "tell_story"]

_LEAST_DOUBT_S = 2.5
"""Snapshots come once a second, every two on a busy machine: what comes so late says nothing of a clock."""
_NOBODY = (
    "No server process with hooks knows of it: another process may have served it, or a proxy took its id "
    "away, or its connection had not ended when the server was last heard."
)


@dataclass(frozen=True, slots=True)
class Story:
    """One navigation."""

    number: int
    navigation: str
    record: NavigationRecord | None
    """None: it was under way when the run was cut off, or its worker died."""
    due_at: datetime | None
    """When it was due; without a record, when a server noted it first."""
    processes: tuple[str, ...]
    """The server processes that know of it: ``4711 (app.py)``."""
    happenings: tuple[Happening, ...]
    left_behind: tuple[str, ...] | None
    """What of it was on the server after the quiet; None: nobody knows."""
    notes: tuple[str, ...]


def tell_story(run: Run, number: int) -> Story:
    """Return the story of a navigation that has a record, or of which a server has told."""
    record = next((record for record in run.records if record.number == number), None)
    processes = [
        process for process in (run.server.processes if run.server else ()) if _knows(process, number)
    ]
    due_at = _due_at(run, record, processes, number)
    clock, is_named = Clock(due_at), len(processes) > 1
    told = [
        happening
        for process in processes
        for happening in tell_server(process, number, clock, is_named=is_named)
    ]
    return Story(
        number=number,
        navigation=navigation_id(run.info.id, number),
        record=record,
        due_at=None if due_at is None else datetime.fromtimestamp(due_at, UTC),
        processes=tuple(f"{process.pid} ({process.command})" for process in processes),
        happenings=in_order([*(tell_client(record) if record else ()), *told]),
        left_behind=_left_behind(run, processes, number),
        notes=tuple(_notes(run, record, processes, number)),
    )


def _knows(process: Process, number: int) -> bool:
    """Return whether a process has told anything of a navigation."""
    has_error = any(number in error.navigations for error in process.errors)
    has_held = any(number in numbers for numbers in process.left_behind.values())
    return has_error or has_held or any(gone.number == number for gone in process.gone)


def _due_at(run: Run, record: NavigationRecord | None, processes: list[Process], number: int) -> float | None:
    if record is None:
        times = [at for process in processes if (at := first_at(process, number)) is not None]
        return min(times, default=None)
    return None if run.info.t0_at is None else run.info.t0_at.timestamp() + record.due_s


def _left_behind(run: Run, processes: list[Process], number: int) -> tuple[str, ...] | None:
    if run.server is None or run.info.quiet is None:
        return None
    if unknown_boots(run.server, run.info) & {process.boot for process in processes}:
        return None
    kinds = (
        kind
        for process in processes
        for kind, numbers in process.left_behind.items()
        if number in numbers and not process.is_last
    )
    return tuple(dict.fromkeys(kinds))


def _notes(run: Run, record: NavigationRecord | None, processes: list[Process], number: int) -> list[str]:
    notes = []
    if record is None:
        notes.append(
            "It has no record: it was under way when the run was cut off, or its worker died. "
            "Times are from when the server noted it first."
        )
    if run.server is None:
        return [*notes, "The server was not watched: no process with hooks saw this run."]
    lost = sum(process.journal_lost for process in run.server.processes)
    if lost:
        notes.append(
            f"The hooks lost {amount(lost, 'entry', 'entries')} of their journal: "
            "some of this visit may be among them."
        )
    if not any(gone.number == number for process in processes for gone in process.gone):
        notes += _why_no_connection(record, processes, lost)
    return notes + [note for process in processes for note in _clock_notes(run, process)]


def _why_no_connection(record: NavigationRecord | None, processes: list[Process], lost: int) -> list[str]:
    if processes:
        return ["No server process has told that its connection ended."]
    if record is not None and record.started_s is None:
        return []
    if record is not None and Phase.OPEN not in record.phases_ms:
        return ["No server process knows of it: it did not get as far as an Engine.IO connection."]
    if lost:
        return ["No server process knows of it any more."]
    return [_NOBODY]


def _clock_notes(run: Run, process: Process) -> list[str]:
    who = f"The clock of server process {process.pid}"
    notes = []
    if run.info.t0_at is None:
        return ["The run has no beginning on record: the server's times cannot be put beside the client's."]
    if process.clock_ahead_s:
        way = "ahead of" if process.clock_ahead_s > 0 else "behind"
        notes.append(
            f"{who} is {abs(process.clock_ahead_s):,.3f} s {way} the run's, by when its snapshots were taken "
            "and heard: its times are shifted by that."
        )
    if process.clock_doubt_s > _LEAST_DOUBT_S:
        notes.append(
            f"{who} was set while the run was on, or its snapshots came late: its times may be off by up to "
            f"{process.clock_doubt_s:,.1f} s."
        )
    return notes
