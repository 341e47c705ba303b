"""Where a run and the hooks find each other."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from loadtest.errors import UsageError
from loadtest.swarm.server_side.rendezvous import Rendezvous, rendezvous_folder


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def test_the_file_tells_where_to_push_and_goes_with_the_run(runtime: Path) -> None:
    rendezvous = Rendezvous(url="http://127.0.0.1:1/snapshot", token="t", run="00000000000000aa")
    path = runtime / "loadtest" / "00000000000000aa.json"

    assert json.loads(path.read_text()) == {
        "url": "http://127.0.0.1:1/snapshot",
        "token": "t",
        "run": "00000000000000aa",
        "pid": os.getpid(),
    }
    assert [oct(entry.stat().st_mode & 0o777) for entry in (path.parent, path)] == ["0o700", "0o600"]

    rendezvous.remove()
    assert list(path.parent.iterdir()) == []


def test_the_files_of_runs_that_were_killed_are_removed(runtime: Path) -> None:
    with subprocess.Popen(["true"]) as process:
        dead = process.pid
    folder = runtime / "loadtest"
    folder.mkdir(mode=0o700)
    (folder / "old.json").write_text(json.dumps({"pid": dead}))
    (folder / "odd.json").write_text("{")
    (folder / "live.json").write_text(json.dumps({"pid": os.getppid()}))

    Rendezvous(url="http://127.0.0.1:1/", token="t", run="00000000000000aa")

    assert sorted(path.name for path in folder.iterdir()) == [
        "00000000000000aa.json",
        "live.json",
        "odd.json",
    ]


def test_a_folder_that_others_can_read_is_refused(runtime: Path) -> None:
    folder = runtime / "loadtest"
    folder.mkdir()
    folder.chmod(0o755)

    with pytest.raises(UsageError, match="closed to others"):
        Rendezvous(url="http://127.0.0.1:1/", token="t", run="00000000000000aa")


def test_without_a_runtime_folder_the_temporary_one_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))

    assert rendezvous_folder().name == f"loadtest-{os.getuid()}"
