"""Writes the run folders and the outputs of this folder again: ``python -m tests.gold.build``.

Look at what ``git diff`` says before you keep it: the outputs are the promise that a person reads.
"""

import contextlib
import io
import json
import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

import loadtest.report
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome
from loadtest.report.console import print_report
from loadtest.report.html.page import html_report
from loadtest.report.run import read_run
from loadtest.report.series.series import EVERY_SECOND, series_csv, series_of
from loadtest.report.side_by_side import Half, print_side_by_side
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import print_story
from loadtest.report.summary import summarize
from tests.gold.broken import broken_records, broken_server
from tests.gold.outputs import FOLDER, OUTPUTS
from tests.gold.schema import summary_schema
from tests.gold.staged import STAGES, TURNS, staged_records, staged_server
from tests.report.building import BOOT, T0_AT, error, handler, histogram, info, snapshot, visit, write_run

GOLD = Path(__file__).parent
SCHEMA = Path(loadtest.report.__file__).parent / "summary_schema.json"
RUNS = {
    "faulty": "results/20260102T030405Z-demo",
    "mended": "results/20260102T030435Z-demo",
    "broken": "results/20260102T030505Z-board",
    "staged": "results/20260102T030535Z-staged",
}
WIDTHS = (60, 80, 120)
NARROW = 40
SERIES = ("faulty", "staged")

_HOSTILE = "\x1b[31mred[/bold]\x07 \u202eleft"
_TRACEBACK = f"""Traceback (most recent call last):
  File "/srv/app/lib/python3.11/site-packages/socketio/async_server.py", line 621, in _trigger_event
    ret = await handler(*args)
          ^^^^^^^^^^^^^^^^^^^^
  File "/srv/app/board.py", line 181, in handle_disconnect
    visitor = visitors[document_of[sid]]
KeyError: '{_HOSTILE}'
"""
_STACK = f"""  File "/srv/app/lib/python3.11/asyncio/events.py", line 80, in _run
    self._context.run(self._callback, *self._args)
  File "/srv/app/board.py", line 44, in recount
    time.sleep(1.3)  # {_HOSTILE}
"""
_GROWN_FROM = {"threads": 4, "rss_bytes": 50_000_000, "tasks": 3, "open_files": 12}
_PASSED = {
    "P13": (Phase.PAGE,),
    "P15": (Phase.PAGE, Phase.OPEN),
    "P16": (Phase.PAGE, Phase.OPEN, Phase.CONNECT),
    "P18": (Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.HANDSHAKE),
    "P19": (Phase.PAGE, Phase.OPEN, Phase.CONNECT, Phase.HANDSHAKE, Phase.ACTIVE),
}
_DEPARTURES = [
    (at, manner) for at in ("P13", "P15", "P16", "P18") for manner in (Manner.WS_CLOSE, Manner.FIN)
]


def _records() -> list[NavigationRecord]:
    rng = random.Random(7)
    drawn = [*_DEPARTURES * 5, *[("stay", Manner.WS_CLOSE)] * 12, *[("clock", Manner.FIN)] * 6]
    records = []
    for number, (planned, manner) in enumerate(drawn):
        at = {"stay": "P19", "clock": rng.choice(["P13", "P18"])}.get(planned, planned)
        times = {phase: round(rng.lognormvariate(1, 0.5), 3) for phase in (*_PASSED[at], Phase.LEAVING)}
        due_s = round(number * 0.05, 3)
        record = visit(
            number,
            planned,
            manner,
            due_s=due_s,
            started_s=due_s + (0.02 if number == 9 else 0.001),
            left_s=due_s + 0.5,
            actual=ActualDeparture(at, manner),
            outcome=Outcome.COMPLETED if planned == "stay" else Outcome.LEFT,
            phases_ms=times,
        )
        records.append(record)
    return records


def _mishaps(first: int) -> list[NavigationRecord]:
    common: dict[str, Any] = {"planned_at": "stay", "planned_manner": Manner.WS_CLOSE}
    return [
        visit(first, "P18", None, outcome=Outcome.LOST, error="the server sent DISCONNECT", **common),
        visit(
            first + 1,
            actual=ActualDeparture("P17", Manner.FIN),
            outcome=Outcome.TIMED_OUT,
            error="no answer to the handshake in time",
            detail=f"10.0 s passed; the last frame was {_HOSTILE}",
            **common,
        ),
        visit(
            first + 2,
            started_s=None,
            left_s=None,
            actual=None,
            outcome=Outcome.DROPPED,
            phases_ms={},
            **common,
        ),
    ]


def _server(records: list[NavigationRecord], *, is_faulty: bool) -> list[Mapping[str, Any]]:
    guilty = [r.number for r in records if is_faulty and r.actual and r.actual.at in ("P15", "P16")]
    handlers = [
        handler("connect", 52, 0, histogram(*(0.2 + n / 100 for n in range(52)))),
        handler("disconnect", 52, len(guilty), histogram(*(0.1 + n / 500 for n in range(52)))),
        {
            **handler("[bold]draw[/]\x1b[2J" if is_faulty else "draw", 7, 0, histogram(1, 2, 30), "/board"),
            "ack": histogram(2, 4, 60).to_json(),
        },
    ]
    left = dict.fromkeys(("sids", "rooms", "environs", "pending_disconnects"), guilty)
    lines: list[Mapping[str, Any]] = [
        snapshot(sequence=1, visits=5, residue=_GROWN_FROM, **_vitals(2, 3)),
    ]
    if is_faulty:
        stall = {**_loop(1_312.5), "stack": _STACK}
        lines.append({"kind": "stall", "boot": BOOT, "loop": stall})
        told = error(guilty, file="board.py", traceback=_TRACEBACK)
        lines.append({"kind": "error", "boot": BOOT, **told})
    errors = [error(guilty, file="board.py")] if is_faulty else []
    taken_at = T0_AT.timestamp() + 20.04
    vitals = _vitals(2 + len(guilty), 3) | {"loop": _loop(1_312.5 if is_faulty else 12.25)}
    grown = {**_GROWN_FROM, "rss_bytes": 51_250_000, "tasks": 4 + len(guilty)}
    lines.append(
        snapshot(
            errors,
            left,
            grown,
            sequence=2,
            visits=len(records),
            handlers=handlers,
            taken_at=taken_at,
            **vitals,
        )
    )
    entries = [entry for record in records for entry in _journal(record, is_guilty=record.number in guilty)]
    return [*lines, {"kind": "journal", "boot": BOOT, "entries": entries}]


def _loop(longest_ms: float) -> dict[str, Any]:
    lag = histogram(*(1 + n / 100 for n in range(50))).to_json()
    return {"lag": lag, "longest_ms": longest_ms, "longest_at": T0_AT.timestamp() + 2.54}


def _vitals(clients: int, workers: int) -> dict[str, Any]:
    tasks = {"Server.serve": 1, "Board.watch[/]\x1b[2J": clients}
    return {
        "inventory": {"tasks": tasks, "threads": {"MainThread": 1, "asyncio_N": workers}},
        "gauges": {"clients": clients, "queue": None},
    }


def _journal(record: NavigationRecord, *, is_guilty: bool) -> list[Mapping[str, Any]]:
    """Return what the hooks noted of a visit: its clock is 40 ms ahead."""
    opened_s = record.due_s + 0.045
    times = {"opened_at": T0_AT.timestamp() + opened_s, "at": T0_AT.timestamp() + record.due_s + 0.55}
    events = [] if Phase.CONNECT not in record.phases_ms else ["connect", "disconnect"]
    gone = {
        "kind": "gone",
        "number": record.number,
        "reason": "transport close" if events else None,
        "events": events,
        **times,
        "begun_at_ms": [1.25, 503.5][: len(events)],
        "took_ms": [0.2, 0.1][: len(events)],
    }
    error_at = times["opened_at"] + 0.50355
    error_of = {"kind": "error", "number": record.number, "error": 0, "at": error_at}
    return [error_of, gone] if is_guilty else [gone]


def _write_runs() -> None:
    records = _records()
    common: dict[str, Any] = {
        "profile": "demo",
        "profile_source": "profiles/demo.toml",
        "host": "http://127.0.0.1:8765",
        "gauges": ("clients", "queue"),
    }
    faulty = [*records, *_mishaps(len(records))]
    thresholds = {
        "phases.handshake": ("p(95)<200",),
        "server.errors": ("count==0",),
        "navigations.lost": ("count<1",),
    }
    write_run(
        GOLD / RUNS["faulty"],
        info(**common, thresholds=thresholds),
        faulty,
        _server(records, is_faulty=True),
    )
    write_run(GOLD / RUNS["mended"], info(**common), records, _server(records, is_faulty=False))
    boots = tuple(f"{life:016x}" for life in range(6))
    changes = {"profile": "board", "silent_boots": boots, "dead_boots": boots}
    broken = info(**changes, assertions=("welcome arrives once", "clock keeps ticking"))
    write_run(GOLD / RUNS["broken"], broken, broken_records(), broken_server())
    staged = staged_records()
    thresholds = {"phases.handshake": ("p(95)<5",), "navigations.dropped": ("rate<0.01",)}
    course = info(profile="staged", stages=STAGES, turns=TURNS, thresholds=thresholds, duration_s=60.5)
    write_run(GOLD / RUNS["staged"], course, staged, staged_server(staged))


@contextlib.contextmanager
def _here() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(GOLD)
    try:
        yield
    finally:
        os.chdir(before)


def _console(width: int) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, force_terminal=False, legacy_windows=False, _environ={}), out


def _without_ends(text: str) -> str:
    """Return text without the spaces that tables put at the ends of lines."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def summary(which: str) -> str:
    """Return the ``summary.json`` of one of the gold runs."""
    with _here():
        return json.dumps(summarize(read_run(Path(RUNS[which]))), indent=1) + "\n"


def series(which: str) -> str:
    """Return the ``series.csv`` of one of the gold runs."""
    with _here():
        return series_csv(series_of(read_run(Path(RUNS[which])), EVERY_SECOND))


def report(which: str, width: int) -> str:
    """Return the report of one of the gold runs."""
    with _here():
        run = read_run(Path(RUNS[which]))
    console, out = _console(width)
    print_report(run, summarize(run), console)
    return _without_ends(out.getvalue())


def page(which: str) -> str:
    """Return the ``report.html`` of one of the gold runs."""
    with _here():
        run = read_run(Path(RUNS[which]))
        return html_report(run, summarize(run), series_of(run))


def output(name: str) -> str:
    """Return what is made of the faulty run for programs, or for people elsewhere."""
    with _here():
        run = read_run(Path(RUNS["faulty"]))
        return OUTPUTS[name](run, summarize(run))


def story(width: int) -> str:
    """Return the story of a visit of the faulty run that left at P16."""
    with _here():
        run = read_run(Path(RUNS["faulty"]))
    console, out = _console(width)
    print_story(tell_story(run, 4), console)
    return _without_ends(out.getvalue())


def comparison(width: int) -> str:
    """Return the two gold runs next to each other."""
    with _here():
        runs = {which: read_run(Path(RUNS[which])) for which in ("faulty", "mended")}
    console, out = _console(width)
    halves = [Half(which, run.path, summarize(run)) for which, run in runs.items()]
    print_side_by_side(halves[0], halves[1], console)
    return _without_ends(out.getvalue())


def schema() -> str:
    """Return the schema that the package holds of every ``summary.json``."""
    return json.dumps(summary_schema(), indent=1) + "\n"


def main() -> None:
    """Write everything again."""
    _write_runs()
    SCHEMA.write_text(schema())
    for which in RUNS:
        (GOLD / f"summary_{which}.json").write_text(summary(which))
    for which in SERIES:
        (GOLD / f"series_{which}.csv").write_text(series(which), newline="")
    (GOLD / "report_faulty.html").write_text(page("faulty"), encoding="utf-8")
    for name in OUTPUTS:
        (FOLDER / name).write_text(output(name), newline="")
    (GOLD / f"report_faulty_{NARROW}.txt").write_text(report("faulty", NARROW))
    for width in WIDTHS:
        (GOLD / f"story_{width}.txt").write_text(story(width))
        for which in RUNS:
            (GOLD / f"report_{which}_{width}.txt").write_text(report(which, width))
        (GOLD / f"side_by_side_{width}.txt").write_text(comparison(width))


if __name__ == "__main__":
    main()
