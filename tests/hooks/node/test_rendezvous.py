"""Where hooks in Node learn of runs: what the hooks in Python find there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from loadtest.hooks.telling.rendezvous import find_collectors, rendezvous_folder
from tests.hooks.node.running import needs_node, node

pytestmark = needs_node

FIND = "tell(hooks('rendezvous').findCollectors(process.env).map(({ url, token, run }) => [url, token, run]))"


def found(environ: dict[str, str]) -> Any:
    """Return what Node finds; in Python the same is found."""
    seen = node(FIND, env=environ)
    assert seen == [[each.url, each.token, each.run] for each in find_collectors(environ)]
    return seen


def announce(folder: Path, run: str, **changes: object) -> None:
    data = {"url": "http://127.0.0.1:5/snapshot", "token": "t", "run": run, "pid": os.getpid(), **changes}
    (folder / f"{run}.json").write_text(json.dumps(data))


def test_living_runs_are_found_the_newest_first_and_others_are_passed_over(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert found(environ) == []
    folder = tmp_path / "loadtest"
    folder.mkdir(mode=0o700)
    runs = ["00" * 8, "11" * 8]
    for age_s, run in enumerate(runs):
        announce(folder, run)
        os.utime(folder / f"{run}.json", (1000 - age_s, 1000 - age_s))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    announce(folder, "22" * 8, pid=ended.pid)
    announce(folder, "33" * 8, pid=True)
    announce(folder, "44" * 8, url=5)
    announce(folder, "nonsense")
    (folder / "half.json").write_text('{"url": "http')
    (folder / "other.txt").write_text("")

    assert [run for _, _, run in found(environ)] == runs
    folder.chmod(0o750)
    assert found(environ) == []


def test_an_address_takes_the_folders_place() -> None:
    environ = {"LOADTEST_COLLECTOR": "http://192.0.2.7:8090", "LOADTEST_TOKEN": "secret"}

    assert found(environ) == [["http://192.0.2.7:8090", "secret", None]]


def test_the_folder_is_where_python_looks(tmp_path: Path) -> None:
    for environ in (
        {"XDG_RUNTIME_DIR": str(tmp_path)},
        {"XDG_RUNTIME_DIR": str(tmp_path / "missing")},
        {"XDG_RUNTIME_DIR": ""},
    ):
        assert node("tell(hooks('rendezvous').rendezvousFolder(process.env))", env=environ) == str(
            rendezvous_folder(environ)
        )
