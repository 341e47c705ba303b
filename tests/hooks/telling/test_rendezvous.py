"""How hooks find the runs that listen."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from loadtest.hooks.telling.rendezvous import Collector, find_collectors, rendezvous_folder
from loadtest.swarm.server_side.rendezvous import Rendezvous
from loadtest.swarm.server_side.rendezvous import rendezvous_folder as folder_of_the_run

RUN = "00112233445566ff"
FILE = {"url": "http://127.0.0.1:5/snapshot", "token": "secret", "run": RUN, "pid": os.getpid()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "loadtest"
    made.mkdir(mode=0o700)
    return made


def found(folder: Path) -> list[Collector]:
    return find_collectors({"XDG_RUNTIME_DIR": str(folder.parent)})


def write(folder: Path, name: str = "a.json", **changed: Any) -> None:
    (folder / name).write_text(json.dumps({**FILE, **changed}))


def test_a_runs_file_tells_where_to_push(folder: Path) -> None:
    write(folder)

    assert found(folder) == [Collector("http://127.0.0.1:5/snapshot", "secret", RUN)]


def test_what_a_run_writes_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    rendezvous = Rendezvous(url="http://127.0.0.1:5/snapshot", token="secret", run=RUN)

    assert find_collectors(os.environ) == [Collector("http://127.0.0.1:5/snapshot", "secret", RUN)]
    rendezvous.remove()
    assert find_collectors(os.environ) == []


def test_several_runs_are_all_found(folder: Path) -> None:
    write(folder, "b.json", run="b" * 16)
    write(folder, "a.json", run="a" * 16)
    (folder / ".unfinished").write_text("{")

    assert [collector.run for collector in found(folder)] == ["a" * 16, "b" * 16]


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_folder_that_others_can_read_is_refused(folder: Path, mode: int) -> None:
    write(folder)
    folder.chmod(mode)

    assert found(folder) == []


def test_a_link_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    write(elsewhere)
    (tmp_path / "loadtest").symlink_to(elsewhere)

    assert found(tmp_path / "loadtest") == []


def test_a_folder_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder)
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)

    assert found(folder) == []


def test_without_a_folder_nobody_listens(tmp_path: Path) -> None:
    assert found(tmp_path / "loadtest") == []


def test_a_run_whose_process_is_dead_does_not_listen(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    write(folder, pid=process.pid)

    assert found(folder) == []


def test_what_dead_runs_left_does_not_hide_a_living_one(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    write(folder, "z.json")
    os.utime(folder / "z.json", (1, 1))
    for number in range(20):
        write(folder, f"{number:02}.json", run=f"{number:016x}", pid=process.pid)

    assert [collector.run for collector in found(folder)] == [RUN]


def test_of_too_many_runs_the_newest_are_found(folder: Path) -> None:
    for number in range(20):
        write(folder, f"{number:02}.json", run=f"{number:016x}")
        os.utime(folder / f"{number:02}.json", (number, number))

    assert [collector.run for collector in found(folder)] == [f"{n:016x}" for n in range(19, 3, -1)]


def test_a_file_that_is_gone_before_it_is_looked_at_is_passed_over(folder: Path) -> None:
    (folder / "a.json").symlink_to(folder / "missing")
    write(folder, "b.json")

    assert [collector.run for collector in found(folder)] == [RUN]


def test_a_process_of_another_user_lives(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(pid, number)

    monkeypatch.setattr(os, "kill", refuse)
    write(folder)

    assert len(found(folder)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        "{}",
        json.dumps({**FILE, "pid": "1"}),
        json.dumps({**FILE, "pid": 0}),
        json.dumps({**FILE, "token": None}),
        json.dumps({**FILE, "run": "../../etc"}),
        json.dumps({**FILE, "padding": "x" * 5000}),
    ],
    ids=["empty", "cut", "list", "number", "bare", "pid: text", "pid: 0", "token: null", "run: path", "huge"],
)
def test_a_file_that_no_run_wrote_is_passed_over(folder: Path, text: str) -> None:
    (folder / "a.json").write_text(text)
    (folder / "folder.json").mkdir()

    assert found(folder) == []


def test_a_pipe_in_the_folder_keeps_nobody_waiting(folder: Path) -> None:
    os.mkfifo(folder / "a.json")
    write(folder, "b.json")

    assert [collector.run for collector in found(folder)] == [RUN]


def test_a_huge_file_is_not_read_to_its_end(folder: Path) -> None:
    with (folder / "a.json").open("wb") as file:
        file.truncate(1 << 40)  # a hole: it takes no room
    write(folder, "b.json")

    assert [collector.run for collector in found(folder)] == [RUN]


def test_a_machine_without_a_temporary_folder_has_no_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)

    assert find_collectors({}) == []


def test_a_folder_that_cannot_be_entered_has_no_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    write(folder)
    monkeypatch.setattr(Path, "lstat", refuse)

    assert found(folder) == []


def test_the_environment_takes_the_folders_place(folder: Path) -> None:
    write(folder)
    environ = {
        "XDG_RUNTIME_DIR": str(folder.parent),
        "LOADTEST_COLLECTOR": "http://192.0.2.7:8090",
        "LOADTEST_TOKEN": "other",
    }

    assert find_collectors(environ) == [Collector("http://192.0.2.7:8090", "other", None)]


@pytest.mark.parametrize("runtime", ["there", "missing", None])
def test_the_folder_is_where_the_run_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str | None
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / runtime))
    temporary = Path(tempfile.gettempdir()) / f"loadtest-{os.getuid()}"

    expected = tmp_path / "there" / "loadtest" if runtime == "there" else temporary
    assert rendezvous_folder(os.environ) == folder_of_the_run() == expected
