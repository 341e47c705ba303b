"""The writer of a run's folder."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loadtest.errors import RunFolderError
from loadtest.report.folder import RunFolder, is_held
from loadtest.report.run import read_info
from tests.report.building import info, visit
from tests.report.disk import small_disk

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def create(parent: Path, profile: str = "churn", out: Path | None = None) -> RunFolder:
    return RunFolder.create(profile, parent=parent, out=out, started_at=NOW)


def test_a_run_has_a_folder_named_after_its_time_and_profile(tmp_path: Path) -> None:
    with create(tmp_path / "results") as folder:
        assert folder.path == tmp_path / "results" / "20260102T030405Z-churn"
        assert folder.path.is_dir()


def test_two_runs_in_one_second_never_share_a_folder(tmp_path: Path) -> None:
    with create(tmp_path) as first, create(tmp_path) as second, create(tmp_path) as third:
        names = [folder.path.name for folder in (first, second, third)]

    assert names == ["20260102T030405Z-churn", "20260102T030405Z-churn-2", "20260102T030405Z-churn-3"]


def test_latest_points_at_the_newest(tmp_path: Path) -> None:
    with create(tmp_path, "one") as first, create(tmp_path, "two") as second:
        first.write_info(info())
        second.write_info(info())
        first.write_info(info())
        assert (tmp_path / "latest").readlink() == Path(second.path.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "20260102T030405Z-one",
        "20260102T030405Z-two",
        "latest",
    ]


def test_latest_points_at_no_folder_before_it_can_be_read(tmp_path: Path) -> None:
    with create(tmp_path, "one") as first, create(tmp_path, "two") as second:
        first.write_info(info())
        assert read_info(tmp_path / "latest").profile == info().profile
        second.write_info(info(profile="two"))

        assert read_info(tmp_path / "latest").profile == "two"


def test_a_real_folder_named_latest_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with create(tmp_path) as folder:
        folder.write_info(info())

    assert not (tmp_path / "latest").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["20260102T030405Z-churn", "latest"]


@pytest.mark.parametrize(
    ("profile", "name"),
    [("../../etc/x y", "etc_x_y"), ("", "run"), ("...", "run"), ("a" * 200, "a" * 80)],
)
def test_a_profiles_name_cannot_lead_out_of_the_results(profile: str, name: str, tmp_path: Path) -> None:
    with create(tmp_path, profile) as folder:
        assert folder.path == tmp_path / f"20260102T030405Z-{name}"


def test_a_folder_that_the_user_names_is_made(tmp_path: Path) -> None:
    with create(tmp_path / "results", out=tmp_path / "a" / "b") as folder:
        assert folder.path == tmp_path / "a" / "b"
    assert not (tmp_path / "results").exists()


def test_an_empty_folder_that_the_user_names_is_taken(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with create(tmp_path, out=tmp_path / "mine") as folder:
        folder.write_info(info())
        assert folder.path == tmp_path / "mine"
    assert (tmp_path / "latest").readlink() == Path("mine")


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    with pytest.raises(RunFolderError, match="holds files already; name a folder that is new or empty"):
        create(tmp_path / "results", out=tmp_path)


def test_two_owners_of_one_folder_are_one_too_many(tmp_path: Path) -> None:
    with (
        RunFolder(tmp_path),
        pytest.raises(RunFolderError, match="another run has this folder; name one that is new"),
    ):
        RunFolder(tmp_path)


def test_a_place_where_nothing_can_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(RunFolderError, match="file: the run's folder cannot be made: File exists"):
        create(tmp_path / "file")
    with pytest.raises(RunFolderError, match="nowhere: cannot be written: No such file or directory"):
        RunFolder(tmp_path / "nowhere")


def test_what_was_appended_is_in_the_files_before_they_are_closed(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.append_navigations(visit(1).to_line())
        folder.append_navigations(visit(2).to_line() + visit(3).to_line())
        folder.append_server([{"kind": "a"}, {"kind": "b", "text": "ü\n"}])

        assert (tmp_path / "navigations.jsonl").read_text() == "".join(
            visit(number).to_line() for number in (1, 2, 3)
        )
        assert (tmp_path / "server.jsonl").read_text() == ('{"kind":"a"}\n{"kind":"b","text":"\\u00fc\\n"}\n')


def test_run_and_summary_are_replaced_as_a_whole(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.write_info(info(seed=1))
        reader = (tmp_path / "run.json").open()
        folder.write_info(info(seed=2))
        folder.write_summary({"schema": 1})

        with reader:
            assert json.load(reader)["seed"] == 1  # who reads meanwhile keeps the old file, whole
        assert json.loads((tmp_path / "run.json").read_text())["seed"] == 2
        assert json.loads((tmp_path / "summary.json").read_text()) == {"schema": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "navigations.jsonl",
        "run.json",
        "server.jsonl",
        "summary.json",
    ]


def test_who_writes_a_run_is_known_as_long_as_it_is_there(tmp_path: Path) -> None:
    with RunFolder(tmp_path):
        assert is_held(tmp_path)
        assert is_held(tmp_path)  # asking changes nothing
    assert not is_held(tmp_path)
    assert not is_held(tmp_path / "nowhere")


_RACE = """
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from loadtest.report.folder import RunFolder
from tests.report.building import info

at, parent = datetime(2026, 1, 2, tzinfo=UTC), Path(sys.argv[1])
gate, opens = os.pipe()
for racer in range(20):
    if os.fork() == 0:
        os.close(opens)
        os.read(gate, 1)
        for _ in range(5):
            folder = RunFolder.create("race", parent=parent, out=None, started_at=at)
            folder.write_info(info())
            print(folder.path.name, flush=True)
        os._exit(0)
os.close(opens)
sys.exit(any(os.wait()[1] for _ in range(20)))
"""


def test_runs_that_begin_at_once_never_share_a_folder(tmp_path: Path) -> None:
    """And whoever looks at ``latest`` meanwhile finds a run there that can be read."""
    command = [sys.executable, "-c", _RACE, str(tmp_path)]
    looks = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as race:
        while race.poll() is None:
            if (tmp_path / "latest").is_symlink():
                read_info(tmp_path / "latest")
                looks += 1
        assert race.stdout
        names = race.stdout.read().split()

    assert (race.returncode, len(names), len(set(names)), looks > 0) == (0, 100, 100, True)
    assert {path.name for path in tmp_path.iterdir()} == {*names, "latest"}


@pytest.mark.parametrize("name", ["navigations.jsonl", "server.jsonl", "run.json", "summary.json"])
def test_a_full_disk_leaves_room_for_the_last_words(name: str, tmp_path: Path) -> None:
    """A full disk as it is: a file system in memory of one megabyte, where this process may mount one."""
    with small_disk(tmp_path / "disk", 1_000_000) as disk, RunFolder(disk) as folder:
        folder.write_info(info())
        writes: dict[str, Callable[[], None]] = {
            "navigations.jsonl": lambda: folder.append_navigations(visit(1).to_line()),
            "server.jsonl": lambda: folder.append_server([{"kind": "a" * 300}]),
            "run.json": lambda: folder.write_info(info(seed=2)),
            "summary.json": lambda: folder.write_summary({"schema": 2}),
        }
        write = writes[name]
        filler = (disk / "filler").open("wb", buffering=0)
        with filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

        if name.endswith("l"):
            with pytest.raises(RunFolderError, match=f"{name}: cannot be written: No space left on device"):
                write()
        else:
            write()

        folder.write_info(info(seed=3))
        folder.write_summary({"schema": 1})
        assert read_info(disk).seed == 3
        assert json.loads((disk / "summary.json").read_text()) == {"schema": 1}


def test_a_figure_that_is_no_number_is_never_written(tmp_path: Path) -> None:
    with RunFolder(tmp_path) as folder:
        folder.write_summary({"cpu": 0.5})
        with pytest.raises(ValueError, match="not JSON compliant"):
            folder.write_summary({"cpu": float("nan")})

    assert json.loads((tmp_path / "summary.json").read_text()) == {"cpu": 0.5}


def test_a_folder_that_has_vanished_is_told(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with create(tmp_path, out=place) as folder:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()

        with pytest.raises(RunFolderError, match=r"run\.json: cannot be written: No such file"):
            folder.write_info(info())


def test_closing_twice_is_allowed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.append_navigations("{}\n")
    folder.close()
    folder.close()

    assert (tmp_path / "navigations.jsonl").read_text() == "{}\n"


def test_a_folder_on_a_full_disk_closes_in_order(tmp_path: Path) -> None:
    folder = create(tmp_path)
    folder._navigations.close()
    folder._navigations = full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - the folder closes it

    with pytest.raises(RunFolderError, match="No space left"):
        folder.append_navigations('{"n":1}\n')
    folder.close()

    assert full.closed
