"""The reader of a run's folder."""

from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from tests.report.building import BOOT, error, info, snapshot, visit, write_run

RECORDS = [visit(1, "P16"), visit(2, "P18")]


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    text = {"kind": "error", "boot": BOOT, "traceback": "Traceback", **error([1])}
    run = read_run(write_run(tmp_path, info(seed=9), RECORDS, [text, snapshot([error([1])])]))

    assert (run.path, run.info.seed, run.skipped_lines) == (tmp_path, 9, 0)
    assert run.records == tuple(RECORDS)
    assert run.server is not None
    assert [(told.count, told.traceback) for told in run.server.processes[0].errors] == [(1, "Traceback")]


def test_the_latest_run_is_read_through_its_link(tmp_path: Path) -> None:
    write_run(tmp_path / "one", info(seed=9), RECORDS)
    (tmp_path / "latest").symlink_to("one")

    assert read_run(tmp_path / "latest").info.seed == 9


@pytest.mark.parametrize("lines", [None, [], [snapshot(visits=0)]])
def test_without_a_snapshot_that_saw_the_run_there_is_no_server(
    lines: list[dict[str, object]] | None, tmp_path: Path
) -> None:
    write_run(tmp_path, info(), RECORDS, lines or ())
    if lines is None:
        (tmp_path / "server.jsonl").unlink()

    assert read_run(tmp_path).server is None


def test_a_run_whose_server_file_was_taken_away_does_not_pass(tmp_path: Path) -> None:
    write_run(tmp_path, info(), [visit(1)])
    before = summarize(read_run(tmp_path))["verdict"]
    (tmp_path / "server.jsonl").unlink()

    assert (before, summarize(read_run(tmp_path))["exit_code"]) == ("pass", 98)


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_last_line_that_a_kill_cut_short_is_skipped_and_counted(cut: int, tmp_path: Path) -> None:
    write_run(tmp_path, info(), RECORDS, [snapshot(), snapshot(sequence=2)])
    for name in ("navigations.jsonl", "server.jsonl"):
        content = (tmp_path / name).read_bytes().rstrip(b"\n")
        (tmp_path / name).write_bytes(content[:-cut])

    run = read_run(tmp_path)

    assert (run.records, run.skipped_lines) == ((RECORDS[0],), 2)
    assert run.server is not None


def test_a_line_that_was_cut_within_a_character_is_skipped_too(tmp_path: Path) -> None:
    write_run(tmp_path, info(), RECORDS)
    with (tmp_path / "navigations.jsonl").open("ab") as file:
        file.write(visit(3, page="/ü").to_line().encode()[:40] + "ü".encode()[:1])

    assert (len(read_run(tmp_path).records), read_run(tmp_path).skipped_lines) == (2, 1)


def test_lines_of_another_hand_are_skipped_and_counted(tmp_path: Path) -> None:
    write_run(tmp_path, info(), RECORDS, [snapshot(), {"kind": "rumour", "boot": BOOT}])
    with (tmp_path / "navigations.jsonl").open("a") as file:
        file.write('[]\n{"number": 1}\n\n')

    run = read_run(tmp_path)

    assert (len(run.records), run.skipped_lines) == (2, 4)


def test_what_is_no_runs_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(RunFolderError, match=r"has no run\.json; name a run's folder"):
            read_run(place)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"run\.json: is not JSON"),
        ('{"schema": 2}', r'run\.json: has no "schema": 1; was it written by another release'),
        ("[]", 'has no "schema": 1'),
        ('{"schema": 1}', "is not what a run writes: KeyError"),
    ],
)
def test_a_run_json_that_no_run_wrote_is_told(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content)

    with pytest.raises(RunFolderError, match=message):
        read_run(tmp_path)


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    write_run(tmp_path, info(), RECORDS)
    (tmp_path / "navigations.jsonl").unlink()
    with pytest.raises(RunFolderError, match=r"navigations\.jsonl: cannot be read: No such file"):
        read_run(tmp_path)

    (tmp_path / "run.json").unlink()
    (tmp_path / "run.json").mkdir()
    with pytest.raises(RunFolderError, match=r"run\.json: cannot be read: Is a directory"):
        read_run(tmp_path)
