"""A run's files judged while they grow: what is read in pieces is what the summary says of the whole."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadtest.metrics.abort import Abort
from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.course import Aborted
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE, SERVER_FILE, write_json
from loadtest.report.info import Ended, GeneratorInfo, RunInfo, StageInfo
from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from loadtest.report.watch.watcher import Standing, Watcher
from tests.report.building import T0_AT, dropped, error, handler, histogram, info, snapshot, visit

WARM_UP = (StageInfo(0, 0.0, 2.0, True, "warm-up"), StageInfo(1, 2.0, 28.0, False, "load"))


def records() -> list[NavigationRecord]:
    made = [
        visit(
            number,
            "P16",
            due_s=number * 0.1,
            started_s=number * 0.1 + 0.02,
            phases_ms={Phase.PAGE: 3.0 + number, Phase.OPEN: 1.0},
            outcome=Outcome.LEFT if number % 4 else Outcome.FAILED,
            assertions={"a": None if number % 3 else "it came twice"},
        )
        for number in range(100)
    ]
    return [*made, dropped(100)]


SNAPSHOTS = [
    snapshot(
        [error(range(second * 9))],
        heard_at=T0_AT.timestamp() + second,
        sequence=second,
        handlers=[handler("join", second * 7, second * 2, histogram(*[2.0] * second * 7))],
    )
    for second in range(1, 10)
]
FILES = {
    NAVIGATIONS_FILE: "".join(record.to_line() for record in records()).encode(),
    SERVER_FILE: "".join(json.dumps(line) + "\n" for line in SNAPSHOTS).encode(),
}
LOOKED_AT = {
    "navigations.failed": "count",
    "client_errors": "rate",
    "assertions.a.broken": "rate",
    "phases.page": "p(95)",
    "phases.page.from_due_p99_ms": "value",
    "server.errors": "count",
    "server.handlers./.join": "p(99)",
    "server.handlers./.join.errors": "count",
}


def running(*aborts: Abort, **changes: Any) -> RunInfo:
    thresholds = {abort.metric: (abort.expression,) for abort in aborts}
    fields = {"ended": Ended.RUNNING, "quiet": None, "generator": None, "assertions": ("a",)}
    return info(**{**fields, "aborts": aborts, "thresholds": thresholds, **changes})


def stand(t_s: float, due: int = 101) -> Standing:
    return Standing(t_s, due, GeneratorInfo(1, 0.1, histogram(1.0)))


def begin(folder: Path, run: RunInfo) -> Watcher:
    write_json(folder / INFO_FILE, run.to_json())
    return Watcher(folder)


@pytest.mark.parametrize("stages", [(), WARM_UP], ids=["whole", "warm-up"])
def test_what_is_read_in_pieces_is_what_the_summary_says(stages: Any, tmp_path: Path) -> None:
    limits = [Abort(metric, f"{aggregate}<1e-6") for metric, aggregate in LOOKED_AT.items()]
    whole = tmp_path / "whole"
    whole.mkdir()
    begin(whole, running(*limits, stages=stages))
    for name, content in FILES.items():
        (whole / name).write_bytes(content)
    values = {row["metric"]: row["value"] for row in summarize(read_run(whole))["thresholds"]}
    assert all(values.values()), values

    for abort in limits:
        folder = tmp_path / abort.metric.replace("/", "_")
        folder.mkdir()
        watcher = begin(folder, running(abort, stages=stages))
        told = None
        for name, content in FILES.items():
            for piece in pieces_of(content, random.Random(7)):
                with (folder / name).open("ab") as file:
                    file.write(piece)
                told = watcher.look(stand(20.0))
        assert told == Aborted(abort.metric, abort.expression, 20.0, values[abort.metric])


def pieces_of(content: bytes, rng: random.Random) -> Iterator[bytes]:
    while content:
        size = rng.randrange(1, 9000)
        yield content[:size]
        content = content[size:]


def test_nothing_is_judged_before_its_delay(tmp_path: Path) -> None:
    watcher = begin(tmp_path, running(Abort("navigations.failed", "count==0", 5.0)))
    (tmp_path / NAVIGATIONS_FILE).write_text("".join(record.to_line() for record in records()))

    assert watcher.look(stand(4.9)) is None
    assert watcher.look(stand(5.0)) == Aborted("navigations.failed", "count==0", 5.0, 25)


def test_the_warm_up_is_never_judged(tmp_path: Path) -> None:
    watcher = begin(tmp_path, running(Abort("navigations.failed", "count==0"), stages=WARM_UP))
    lines = [record.to_line() for record in records()]

    (tmp_path / NAVIGATIONS_FILE).write_text("".join(lines[:20]))
    assert watcher.look(stand(2.0, due=20)) is None
    (tmp_path / NAVIGATIONS_FILE).write_text("".join(lines[:21]))
    assert watcher.look(stand(2.1, due=21)) == Aborted("navigations.failed", "count==0", 2.1, 1)


def test_a_line_that_cannot_be_read_is_left_to_the_report(tmp_path: Path) -> None:
    watcher = begin(tmp_path, running(Abort("navigations.failed", "count==0")))
    (tmp_path / NAVIGATIONS_FILE).write_text('{"no": "record"}\nno json\n' + records()[0].to_line())

    assert watcher.look(stand(1.0)) == Aborted("navigations.failed", "count==0", 1.0, 1)


def test_the_process_asks_and_ends_with_what_has_failed(tmp_path: Path) -> None:
    begin(tmp_path, running(Abort("navigations.failed", "count==0")))
    (tmp_path / NAVIGATIONS_FILE).write_text(records()[0].to_line())
    before = {"t_s": None, "due": 0, "generator": None}
    now = {"t_s": 3.5, "due": 1, "generator": GeneratorInfo(1, None, None).to_json()}

    done = subprocess.run(
        [sys.executable, "-m", "loadtest.report.watch", str(tmp_path)],
        input=f"{json.dumps(before)}\n{json.dumps(now)}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    aborted = Aborted("navigations.failed", "count==0", 3.5, 1).to_json()
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"type": "ask"},
        {"type": "ask"},
        {"type": "aborted", "aborted": aborted},
        {"type": "end"},
    ]


def test_the_process_ends_when_nobody_answers(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loadtest.report.watch", str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert (done.stdout, done.stderr) == ('{"type":"ask"}\n', "")
