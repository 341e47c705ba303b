"""Schedules from the command line: what `check` and `profiles` say, what a run makes of them."""

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from loadtest.profile.load import shipped_profiles
from tests.e2e.harness import TOOL, Served, free_port, loadtest, only_run, plain, records, served

pytestmark = pytest.mark.slow

STAGE = "stages=[{ duration_s = 2, rate_per_s = 10, arrivals = 'constant' }]"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo board, mended, without hooks."""
    port = free_port()
    command = [sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(port)]
    with served(command, port, tmp_path_factory.mktemp("board") / "board.log") as board:
        yield board


def test_check_draws_what_a_profile_will_do_at_another_rate(tmp_path: Path) -> None:
    done = loadtest("check", "demo", "--rate", "x2", cwd=tmp_path, env={"COLUMNS": "60"})

    lines = done.output.splitlines()
    assert done.status == 0
    assert "  in all     15 s, about 975 navigations, at most 70 a second, seed 7" in lines
    (top,) = [line for line in lines if line.startswith("   70│")]
    assert top.endswith("█" * 40)


def test_check_draws_in_ascii_where_the_terminal_knows_no_more(tmp_path: Path) -> None:
    done = loadtest("check", "demo", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})

    assert done.status == 0
    assert done.output.isascii()
    assert "   35|" in done.output


def test_check_says_what_is_too_little(tmp_path: Path) -> None:
    done = loadtest("check", "demo", "--rate", "500", cwd=tmp_path)

    assert done.status == 0
    assert "  too little users.max = 100 carries about 240 navigations a second" in done.output


def test_profiles_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "broken.toml").write_text("[[stages]]\n", encoding="utf-8")

    told = "profiles/broken.toml: stages[0].duration_s: is missing; write duration_s = 30"
    people, programs = (loadtest("profiles", *more, cwd=tmp_path) for more in ((), ("--json",)))

    assert (people.status, programs.status) == (0, 0)
    assert "profiles/broken.toml: stages[0].duration_s: is missing; write duration_s = 30" in plain(
        people.output
    )
    listed = {entry["name"]: entry for entry in json.loads(programs.output)}
    assert listed["explore"]["navigations"] == pytest.approx(1450)
    assert listed["broken"]["mistakes"] == [told]


def test_a_closed_model_has_no_rate_to_scale(tmp_path: Path) -> None:
    stages = "stages=[{ duration_s = 1 }]"

    done = loadtest(
        "run", "demo", "--host", "http://127.0.0.1:1", "--set", stages, "--rate", "x2", cwd=tmp_path
    )

    assert done.status == 104
    assert "--rate x2: a closed model has no rate" in done.errors
    assert "--set users.max=400" in done.errors
    assert not (tmp_path / "results").exists()


def test_a_run_at_another_rate_says_so_in_its_folder(board: Served, tmp_path: Path) -> None:
    done = loadtest(
        *("run", "demo", "--host", board.url, "--set", STAGE, "--set", "dwell_s=0.1"),
        *("--rate", "x2", "--visits", "30"),
        cwd=tmp_path,
    )

    assert "0 dropped" in done.errors
    run = only_run(tmp_path / "results")
    text = json.loads((run / "run.json").read_text(encoding="utf-8"))["profile_text"]
    assert "rate_per_s = 20.0" in text
    due = sorted(record["due_s"] for record in records(run))
    assert due == pytest.approx([0.025 + 0.05 * n for n in range(30)], abs=2e-3)


def test_two_workers_bring_a_traces_arrivals_as_they_were_recorded(board: Served, tmp_path: Path) -> None:
    times = [0.02 * n + math.sin(n) / 100 for n in range(100)]
    (tmp_path / "arrivals.csv").write_text(
        "at\n" + "".join(f"{t + 1e9:.4f}\n" for t in sorted(times)), "utf-8"
    )
    profile = tmp_path / "mine.toml"
    profile.write_text('[[stages]]\ntrace = "arrivals.csv"\n[dwell_s]\nconstant = 0.1\n', encoding="utf-8")

    done = loadtest(
        "run",
        "mine.toml",
        "--app",
        str(shipped_profiles()["demo"]),
        "--host",
        board.url,
        "--workers",
        "2",
        cwd=tmp_path,
    )

    run = only_run(tmp_path / "results")
    due = sorted(record["due_s"] for record in records(run))
    first = min(times)
    assert due == pytest.approx([t - first for t in sorted(times)], abs=5e-3), done.errors


def test_a_run_says_what_is_too_little_before_it_begins_and_runs(board: Served, tmp_path: Path) -> None:
    done = loadtest(
        *("run", "demo", "--host", board.url, "--set", STAGE, "--set", "users.max=2"),
        *("--set", "departures=[{ at = 'stay' }]"),
        cwd=tmp_path,
    )

    said = done.errors.splitlines()
    (warning,) = [
        index for index, line in enumerate(said) if line.startswith("too little: users.max = 2 carries")
    ]
    begun = next(index for index, line in enumerate(said) if line.startswith("hooks:"))
    assert warning < begun
    assert "needs about 24" in said[warning]
    assert done.status != 104


def test_the_web_form_takes_a_rate_and_its_log_says_what_is_too_little(board: Served, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served([*TOOL, "ui", "--port", str(port)], port, tmp_path / "ui.log", cwd=tmp_path):
        form = urlopen(url, timeout=10).read().decode()
        wrong, right = (
            json.loads(
                urlopen(
                    f"{url}/swarm",
                    urlencode({"nav_profile": "demo", "host": board.url, **fields}).encode(),
                    timeout=30,
                ).read()
            )
            for fields in ({"nav_rate": "fast"}, {"nav_rate": "5000", "nav_visits": "1"})
        )
        log = json.loads(urlopen(f"{url}/logs", timeout=10).read())["master"]

    assert "nav_rate" in form
    assert (wrong["success"], right["success"]) == (False, True)
    assert '--rate fast: "fast" is not "x2"' in wrong["message"]
    assert any("users.max = 100 carries about 240 navigations a second" in line for line in log)
