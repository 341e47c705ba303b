"""A real bug made small: NiceGUI 2.11.0's KeyError by one visit, one profile, one script of its own.

It is the whole way that a user goes, once: the run, ``--minimize``, the written profile, the written script.
"""

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bugs.pair import Version, read_pair
from tests.e2e.environments import python_with
from tests.e2e.harness import Command, free_port, instrumented, loadtest, only_run, served, summary_of

PAIR = read_pair(Path(__file__).parent / "nicegui_early_leave")
FOUND_BY = """
seed = 7

[app]
preset = "nicegui"

[[stages]]
duration_s = 2
rate_per_s = 10

[dwell_s]
uniform = [0.1, 0.3]

[[departures]]
at = "P13"

[[departures]]
at = "P15"
manner = "fin"
weight = 2

[[departures]]
at = "P16"
manner = "rst"
weight = 2

[[departures]]
at = "P16b"
weight = 2

[[departures]]
at = "P18"
weight = 3
"""
ERROR = "\nKeyError: "
HEADER = "Traceback (most recent call last):"

pytestmark = pytest.mark.bugs


@dataclass(frozen=True)
class Minimized:
    """What came of it."""

    folder: Path
    small: Command
    again: Command
    """The run of the written profile; its folder is ``again``."""


@pytest.fixture(scope="module")
def minimized(tmp_path_factory: pytest.TempPathFactory) -> Minimized:
    folder = tmp_path_factory.mktemp("early")
    (folder / "early.toml").write_text(FOUND_BY)
    port = free_port()
    app = instrumented(str(python_with(*PAIR.bad.packages)), str(PAIR.app), str(port))
    with served(app, port, folder / "app.log") as server:
        found = loadtest("run", "early.toml", "--host", server.url, "--require-hooks", cwd=folder)
        assert found.status == 99, found.output + found.errors
        run = str(only_run(folder / "results"))
        # time for one trial: the smallest is found, and not tried again
        small = loadtest("replay", run, "--finding", "1", "--minimize", "--budget-s", "1", cwd=folder)
        again = loadtest("run", "early-minimal.toml", "--host", server.url, "--out", "again", cwd=folder)
    return Minimized(folder, small, again)


def test_it_ends_with_one_visit_at_p16(minimized: Minimized) -> None:
    small = minimized.small
    assert small.status == 99, small.output + small.errors
    assert small.output.startswith("smallest: 1 visit that leaves at P16 "), small.output
    assert small.errors.count("trial ") == 1
    written = tomllib.loads((minimized.folder / "early-minimal.toml").read_text())
    assert written["max_visits"] == 1
    assert written["departures"] == [{"at": "P16", "manner": "ws_close", "transport": "websocket"}]


def test_the_written_profile_shows_it_again(minimized: Minimized) -> None:
    assert minimized.again.status == 99, minimized.again.output + minimized.again.errors
    (finding,) = summary_of(minimized.folder / "again")["findings"]
    assert (finding["what"], finding["at"], finding["count"]) == (PAIR.finding.what, ["P16"], 1)


@pytest.mark.parametrize(
    ("version", "is_there"), [(PAIR.bad, True), (PAIR.fixed, False)], ids=["bad", "fixed"]
)
def test_the_script_shows_it_in_the_log_of_a_server_without_hooks(
    minimized: Minimized, tmp_path: Path, version: Version, is_there: bool
) -> None:
    python, port = str(python_with(*version.packages)), free_port()
    with served([python, str(PAIR.app), str(port)], port, tmp_path / "app.log") as server:
        command = [sys.executable, str(minimized.folder / "early-minimal.py"), server.url]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    log = server.log.read_text()
    assert ran.returncode == 0, ran.stderr
    assert "leaving at P16 by ws_close" in ran.stdout
    assert (HEADER in log, ERROR in log) == (is_there, is_there), log
