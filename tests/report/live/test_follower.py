"""A run's folder, followed while it is written."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import RunFolderError
from loadtest.navigation.phase import Phase
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE, SERVER_FILE, SUMMARY_FILE, write_json
from loadtest.report.info import Ended, RunInfo
from loadtest.report.live.follower import Follower
from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from tests.report.building import T0_AT, error, handler, histogram, info, snapshot, visit
from tests.report.live.growing import cut, final_rows, pieces_of

RUNNING = info(ended=Ended.RUNNING, quiet=None, generator=None)
RECORDS = [
    visit(
        number,
        "P16",
        due_s=number * 0.13,
        started_s=number * 0.13 + 0.02,
        phases_ms={Phase.PAGE: 3.0 + number, Phase.OPEN: 1.0},
    )
    for number in range(60)
]
SNAPSHOTS = [
    snapshot(
        [error(range(second * 2))],
        heard_at=T0_AT.timestamp() + second,
        sequence=second,
        handlers=[handler("join", second * 7, second * 2, histogram(*[2.0] * second * 7))],
    )
    for second in range(1, 10)
]
NAVIGATIONS = "".join(record.to_line() for record in RECORDS).encode()
SERVER = "".join(json.dumps(line) + "\n" for line in SNAPSHOTS).encode()


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def write_info(folder: Path, run: RunInfo) -> None:
    """Write ``run.json`` as a run does."""
    write_json(folder / INFO_FILE, run.to_json())


def append(folder: Path, name: str, data: bytes) -> None:
    """Append to a file."""
    with (folder / name).open("ab") as file:
        file.write(data)


def finish(folder: Path, **changes: Any) -> dict[str, Any]:
    """Write a run's last word as a run does, and return its summary."""
    write_info(folder, info(**changes))
    summary = summarize(read_run(folder))
    write_json(folder / SUMMARY_FILE, summary)
    return summary


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """Return the types of messages."""
    return [message["type"] for message in messages]


def without_stories(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary as its file has it."""
    findings = [{key: one[key] for key in one if key != "story"} for one in summary["findings"]]
    return {**summary, "findings": findings}


def test_a_folder_in_which_nothing_is_yet_tells_nothing(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    assert list(follower.look()) == []
    assert (follower.info, follower.is_over) == (None, False)


def test_a_run_is_told_again_when_its_description_changes(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    write_info(tmp_path, info(ended=Ended.RUNNING, quiet=None, t0_at=None))
    (first,) = follower.look()
    assert (first["type"], first["t0_at"]) == ("run", None)
    assert list(follower.look()) == []
    write_info(tmp_path, info(ended=Ended.RUNNING, quiet=None, t0_at=None))
    assert list(follower.look()) == []
    write_info(tmp_path, RUNNING)
    (second,) = follower.look()
    assert (second["type"], second["t0_at"]) == ("run", "2026-01-02T03:04:06.000000Z")


def test_what_servers_told_before_t0_waits_for_it(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    write_info(tmp_path, info(ended=Ended.RUNNING, quiet=None, t0_at=None))
    append(tmp_path, SERVER_FILE, SERVER)
    assert kinds(list(follower.look())) == ["run"]
    write_info(tmp_path, RUNNING)
    assert kinds(list(follower.look())) == ["run", "server"]


def test_rows_come_as_the_files_grow(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    write_info(tmp_path, RUNNING)
    append(tmp_path, NAVIGATIONS_FILE, RECORDS[0].to_line().encode())
    assert kinds(list(follower.look())) == ["run", "phases"]
    assert list(follower.look()) == []
    append(tmp_path, NAVIGATIONS_FILE, RECORDS[1].to_line().encode())
    (message,) = follower.look()
    assert [(row["t"], row["phase"], row["count"]) for row in message["rows"]] == [
        (0, "page", 2),
        (0, "open", 2),
    ]


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_the_final_rows_are_the_same_however_the_files_were_written(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("run")
    follower = Follower(folder)
    write_info(folder, RUNNING)
    pieces = [(NAVIGATIONS_FILE, piece) for piece in pieces_of(NAVIGATIONS, data.draw(cut(NAVIGATIONS)))]
    others = [(SERVER_FILE, piece) for piece in pieces_of(SERVER, data.draw(cut(SERVER)))]
    messages: list[dict[str, Any]] = []
    for pair in zip(pieces, others, strict=False):
        for name, piece in pair:
            append(folder, name, piece)
            messages += follower.look()
    for name, piece in [*pieces[len(others) :], *others[len(pieces) :]]:
        append(folder, name, piece)
    summary = finish(folder)
    messages += follower.look()
    at_once = Follower(folder)
    whole = [*at_once.look(), *at_once.look()]
    for kind in ("phases", "server"):
        assert final_rows(messages, kind) == final_rows(whole, kind)
    rows = final_rows(messages, "phases")
    for phase in ("page", "open"):
        counted = sum(row["count"] for row in rows if row["phase"] == phase)
        assert counted == summary["phases"][phase]["count"] == 60
    calls = sum(row["calls_per_s"] for row in final_rows(messages, "server"))
    assert calls == sum(one["calls"] for one in summary["server"]["handlers"]) == 63
    errors = sum(row["errors_per_s"] for row in final_rows(messages, "server"))
    assert errors == summary["server"]["errors"] == 18
    assert (messages[-1]["type"], without_stories(messages[-1]["summary"])) == ("end", summary)


def test_the_end_is_told_once_everything_was_read(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    write_info(tmp_path, RUNNING)
    assert kinds(list(follower.look())) == ["run"]
    append(tmp_path, NAVIGATIONS_FILE, NAVIGATIONS)
    append(tmp_path, SERVER_FILE, SERVER)
    finish(tmp_path)
    assert kinds(list(follower.look())) == ["run", "phases", "server", "end"]
    assert follower.is_over


def test_a_run_that_was_broken_off_ends_with_its_summary(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    write_info(tmp_path, RUNNING)
    append(tmp_path, NAVIGATIONS_FILE, NAVIGATIONS)
    list(follower.look())
    finish(tmp_path, ended=Ended.RUNNING, quiet=None)
    assert kinds(list(follower.look()))[-1] == "end"


def test_a_run_that_died_before_its_summary_is_summed_up_here(tmp_path: Path) -> None:
    clock = Clock()
    follower = Follower(tmp_path, clock)
    write_info(tmp_path, info())
    append(tmp_path, NAVIGATIONS_FILE, NAVIGATIONS)
    list(follower.look())
    list(follower.look())
    assert not follower.is_over
    clock.now_s = 61.0
    problem, end = follower.look()
    assert problem == {"type": "problem", "text": f"{tmp_path}: the run has ended and left no summary.json"}
    assert without_stories(end["summary"]) == summarize(read_run(tmp_path))


def test_a_summary_comes_every_two_seconds_where_there_is_something_new(tmp_path: Path) -> None:
    clock = Clock()
    follower = Follower(tmp_path, clock)
    write_info(tmp_path, RUNNING)
    append(tmp_path, NAVIGATIONS_FILE, NAVIGATIONS)
    told = []
    for clock.now_s in (0.0, 1.9, 2.0, 2.1, 4.0):
        told.append(kinds(list(follower.look())).count("summary"))
    assert told == [0, 0, 1, 0, 0]
    append(tmp_path, NAVIGATIONS_FILE, visit(99).to_line().encode())
    (*_, message) = follower.look()
    assert (message["type"], message["summary"]["navigations"]["due"]) == ("summary", 61)
    assert message["summary"]["verdict"] is None


def test_summaries_take_a_fortieth_of_the_time(tmp_path: Path) -> None:
    class Slow(Clock):
        """Each time it is asked, a second has passed."""

        def __call__(self) -> float:
            self.now_s += 1.0
            return self.now_s

    clock = Slow()
    follower = Follower(tmp_path, clock)
    write_info(tmp_path, RUNNING)
    told_at = []
    while clock.now_s < 200.0:
        append(tmp_path, NAVIGATIONS_FILE, visit(round(clock.now_s)).to_line().encode())
        if "summary" in kinds(list(follower.look())):
            told_at.append(clock.now_s)
    gaps_s = [later - earlier for earlier, later in itertools.pairwise(told_at)]
    assert gaps_s
    assert min(gaps_s) >= 40.0


def test_a_line_that_cannot_be_read_is_counted_and_a_half_one_is_not(tmp_path: Path) -> None:
    clock = Clock()
    follower = Follower(tmp_path, clock)
    write_info(tmp_path, RUNNING)
    append(tmp_path, NAVIGATIONS_FILE, b'{"number":\n' + NAVIGATIONS[:-20])
    clock.now_s = 3.0
    (*_, message) = follower.look()
    assert message["summary"]["skipped_lines"] == 1


def test_what_no_run_of_ours_wrote_is_told(tmp_path: Path) -> None:
    (tmp_path / INFO_FILE).write_text("[]")
    with pytest.raises(RunFolderError, match=r'run.json: has no "schema": 1'):
        list(Follower(tmp_path).look())
