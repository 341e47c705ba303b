"""Builds records, snapshots and run folders for the tests of the report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtest.metrics.histogram import Histogram
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.navigation.record import ActualDeparture, NavigationRecord, Outcome, navigation_id
from loadtest.report.info import Ended, GeneratorInfo, QuietInfo, RunInfo
from loadtest.report.server import Boot, ServerSide
from loadtest.report.server_lines import ServerLines

RUN = "00c0ffee00c0ffee"
BOOT = "0000000000000b00"
T0_AT = datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)


def histogram(*values_ms: float) -> Histogram:
    """Return a histogram of these durations."""
    made = Histogram()
    for value_ms in values_ms:
        made.record(value_ms / 1000)
    return made


def info(**changes: Any) -> RunInfo:
    """Return a run that finished with its quiet, with these fields changed."""
    made = RunInfo(
        id=RUN,
        profile="nicegui",
        profile_source="profiles/nicegui.toml",
        profile_text='description = "x"\n',
        description="x",
        seed=7,
        host="http://127.0.0.1:8080",
        versions={"loadtest": "0.1.0"},
        started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        duration_s=30.0,
        workers=1,
        users=200,
        ended=Ended.FINISHED,
        generator=GeneratorInfo(processes=1, cpu=0.4, loop_lag=histogram(1.0, 2.0)),
        quiet=QuietInfo(waited_s=9.1, limit_s=9.0),
        t0_at=T0_AT,
    )
    return replace(made, **changes)


def visit(
    number: int, at: str = "P16", manner: Manner | None = Manner.FIN, **changes: Any
) -> NavigationRecord:
    """Return the record of a visit that left at ``at`` as planned, with these fields changed."""
    made = NavigationRecord(
        number=number,
        navigation=navigation_id(RUN, number),
        page="/",
        due_s=1.0,
        started_s=1.001,
        left_s=1.2,
        planned_at=at,
        planned_manner=manner or Manner.FIN,
        actual=ActualDeparture(at, manner),
        outcome=Outcome.LEFT,
        phases_ms={Phase.PAGE: 4.0, Phase.LEAVING: 1.0},
    )
    return replace(made, **changes)


def dropped(number: int) -> NavigationRecord:
    """Return the record of a navigation that never started."""
    return visit(number, started_s=None, left_s=None, actual=None, outcome=Outcome.DROPPED, phases_ms={})


def visits(first: int, count: int, at: str, manner: Manner | None = Manner.FIN) -> list[NavigationRecord]:
    """Return ``count`` visits that left at ``at``, numbered from ``first``."""
    return [visit(number, at, manner) for number in range(first, first + count)]


def error(navigations: Iterable[int], **changes: Any) -> dict[str, Any]:
    """Return an entry of a snapshot's ``errors``, with as many exceptions as navigations."""
    numbers = list(navigations)
    return {
        "id": 0,
        "what": "KeyError in handle_disconnect",
        "type": "KeyError",
        "function": "handle_disconnect",
        "file": "nicegui/nicegui.py",
        "line": 181,
        "namespace": "/",
        "event": "disconnect",
        "count": len(numbers),
        "navigations": numbers,
        **changes,
    }


def handler(event: str, calls: int, errors: int, latency: Histogram, namespace: str = "/") -> dict[str, Any]:
    """Return an entry of a snapshot's ``handlers``."""
    return {
        "namespace": namespace,
        "event": event,
        "calls": calls,
        "errors": errors,
        "in_flight": 0,
        "latency": latency.to_json(),
    }


def snapshot(
    errors: Sequence[Mapping[str, Any]] = (),
    left_behind: Mapping[str, Iterable[int]] | None = None,
    residue: Mapping[str, int | None] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Return a snapshot's line; its residue counts what is left behind."""
    left = {key: sorted(numbers) for key, numbers in (left_behind or {}).items()}
    keys = ("sids", "eio_sockets", "rooms", "environs", "pending_disconnects")
    counts = {key: len(left.get(key, ())) for key in keys}
    return {
        "kind": "snapshot",
        "heard_at": T0_AT.timestamp() + 20.0,
        "schema": 1,
        "run": RUN,
        "boot": BOOT,
        "pid": 4711,
        "sequence": 1,
        "taken_at": changes.get("heard_at", T0_AT.timestamp() + 20.0) - 0.004,
        "python": "3.11.7",
        "versions": {"python-socketio": "5.18.1"},
        "command": "app.py",
        "hooks": {"installed": ["socketio.AsyncServer"], "problems": []},
        "visits": 100,
        "handlers": [],
        "errors": list(errors),
        "errors_overflow": 0,
        "residue": {**counts, "tasks": None, "threads": 12, "rss_bytes": 90112, **(residue or {})},
        "left_behind": {key: left.get(key, []) for key in keys},
        **changes,
    }


def server_of(*lines: Mapping[str, Any]) -> ServerSide | None:
    """Return what the report reads out of these lines of ``server.jsonl``."""
    collected = ServerLines()
    for line in lines:
        collected.add(line)
    return collected.server_side()


def boots_of(*lines: Mapping[str, Any]) -> tuple[Boot, ...]:
    """Return the processes that these lines tell of."""
    collected = ServerLines()
    for line in lines:
        collected.add(line)
    return collected.boots()


def hooked(*lines: Mapping[str, Any]) -> ServerSide:
    """Return the same where hooks have seen the run for certain."""
    server = server_of(*lines)
    assert server is not None
    return server


def write_run(
    folder: Path,
    run: RunInfo,
    records: Iterable[NavigationRecord],
    lines: Iterable[Mapping[str, Any]] = (),
) -> Path:
    """Write a run's folder by hand, without the writer that is under test."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run.to_json()))
    (folder / "navigations.jsonl").write_text("".join(record.to_line() for record in records))
    (folder / "server.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder
