"""One navigation's story, both sides on one line of time, as a person asks for it."""

import re
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import free_port, instrumented, loadtest, only_run, plain, served, summary_of
from tests.gold.build import GOLD, RUNS

SHORT = ("--set", "stages=[{duration_s = 3, rate_per_s = 20}]", "--set", "dwell_s=0.2")


def test_the_story_of_a_navigation_is_told_from_a_runs_files() -> None:
    told = loadtest("report", RUNS["faulty"], "--navigation", "…04", cwd=GOLD, env={"COLUMNS": "80"})

    assert (told.status, told.errors) == (0, "")
    assert [line.rstrip() for line in told.output.splitlines()] == (
        (GOLD / "story_80.txt").read_text().splitlines()
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("99999", "--navigation 99999: this run has no such navigation; it has numbers up to 60\n"),
        (
            "…1",
            "--navigation …1: is the end of 4 navigations: number 1, number 17, number 33 and number 49; ",
        ),
        ("P16", "--navigation 'P16': is no navigation; give its id, its number, or the end of its id: …0a\n"),
    ],
)
def test_what_names_no_navigation_or_several_is_a_mistake(word: str, message: str) -> None:
    told = loadtest("report", RUNS["faulty"], "--navigation", word, cwd=GOLD)

    assert (told.status, told.output) == (104, "")
    assert told.errors.startswith(message)


@pytest.mark.slow
def test_the_command_that_a_finding_names_tells_what_happened_on_both_sides(tmp_path: Path) -> None:
    port = free_port()
    board = [sys.executable, "-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port)]
    with served(instrumented(*board), port, tmp_path / "board.log") as app:
        ended = loadtest("run", "demo", "--host", app.url, *SHORT, cwd=tmp_path)
    (finding,) = summary_of(only_run(tmp_path / "results"))["findings"]
    (line,) = [line for line in ended.output.splitlines() if "its story: loadtest " in line]

    told = loadtest(*line.split("its story: loadtest ")[1].split(), cwd=tmp_path)

    text = plain(told.output)
    assert told.status == 0, told.errors
    assert f"left as planned id: {finding['navigation']} planned: to leave at " in text
    assert " client was due " in text
    assert " server KeyError in handle_disconnect, at " in text
    assert "Left on the server after the quiet: sids, rooms, " in text
    assert max(map(len, told.output.splitlines())) <= 80
    times = [float(at.replace(",", "")) for at in re.findall(r"(?m)^ *([-\d.,]+)  [cs]", told.output)]
    (left,) = re.findall(r"(?m)^ *([\d.,]+)  client  left at ", told.output)
    (gone,) = re.findall(r"(?m)^ *([\d.,]+)  server  the connection ended: ", told.output)
    assert times == sorted(times)
    assert float(left) <= float(gone) + 1
