"""The live knob: turned while the load is on, and the same run again from what run.json says."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from loadtest.demo.server import DemoServer, Fault
from tests.e2e.harness import free_port, loadtest, only_run, records

pytestmark = pytest.mark.slow

LOCUSTFILE = Path(__file__).parent / "apps" / "turning_locustfile.py"
PROFILE = """
# How it looks to whom reads it.
seed = 11

[app]
preset = "generic"

[[stages]]
duration_s = 10
rate_per_s = [10, 14]

[users]
journey = { navigate = 3, reload = 1 }

[[departures]]
at = "P16"

[[departures]]
at = "stay"

[dwell_s]
constant = 0.1
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The demo's board, mended."""
    with DemoServer(Fault.NONE) as board:
        yield board.url.rstrip("/")


def turned(url: str, folder: Path, processes: int) -> Path:
    """Run the profile with the locustfile that turns the knob, and return the run's folder."""
    (folder / "knob.toml").write_text(PROFILE)
    many = ["--processes", str(processes), *_port()] if processes > 1 else []
    done = subprocess.run(
        [
            *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", *many),
            *("--nav-profile", "knob.toml", "--host", url),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return only_run(folder / "results")


def _port() -> Sequence[str]:
    """Return Locust's options for a port of this test's own."""

    port = str(free_port())
    return ("--master-bind-host=127.0.0.1", "--master-bind-port", port, "--master-port", port)


def planned(run: Path) -> list[tuple[int, float, dict[str, Any]]]:
    """Return what was due in a run: numbers, times, departures with their moves."""
    return [(record["number"], record["due_s"], record["planned"]) for record in records(run)]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_was_turned_is_the_same_run_again_from_its_own_profile_text(
    url: str, tmp_path: Path, processes: int
) -> None:
    run = turned(url, tmp_path, processes)
    info = json.loads((run / "run.json").read_text())
    first, second, third = info["turns"]

    assert (first["rate"], first["weights"]) == ("x3", None)
    assert (second["rate"], second["weights"]) == (None, [0.0, 1.0])
    assert (third["rate"], third["weights"]) == (7.5, [3.0, 1.0])
    assert "# How it looks to whom reads it." in info["profile_text"]
    assert (info["astray"], info["lost_numbers"], info["verdict"]) == (0, 0, "pass")
    due = planned(run)
    assert [number for number, _, _ in due] == list(range(len(due)))
    _is_turned(due, first["at_s"], second["at_s"], third["at_s"])

    (tmp_path / "again.toml").write_text(info["profile_text"])
    for workers in ("1", "2"):
        again = tmp_path / f"again{workers}"
        ended = loadtest(
            *("run", "again.toml", "--host", url, "--workers", workers, "--out", str(again)), cwd=tmp_path
        )
        assert ended.status == 0, ended.errors
        assert planned(again) == due
        assert json.loads((again / "run.json").read_text())["turns"] == info["turns"]


def _is_turned(
    due: list[tuple[int, float, dict[str, Any]]], first: float, second: float, third: float
) -> None:
    """Check that the turns did something at all: rates by parts of the time, and what is never drawn."""
    counts = [
        sum(begin <= due_s < end for _, due_s, _ in due) / (end - begin)
        for begin, end in ((0, first), (first, third), (third, 10))
    ]
    assert counts[1] > 2 * counts[0]
    assert counts[1] > 2 * counts[2]
    assert {plan["at"] for _, due_s, plan in due if second <= due_s < third} == {"stay"}
    assert {plan["at"] for _, due_s, plan in due if due_s < second} == {"P16", "stay"}
