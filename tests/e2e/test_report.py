"""A run's report as a person, or a script, asks for it again."""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import free_port, instrumented, loadtest, only_run, plain, served, summary_of
from tests.gold.build import GOLD, RUNS

STAGES = "[{duration_s = 3, rate_per_s = 20, warm_up = true}, {duration_s = 3, rate_per_s = 20}]"


@pytest.mark.parametrize("which", RUNS)
def test_every_figure_of_a_run_is_told_to_a_script(which: str) -> None:
    told = loadtest("report", RUNS[which], "--format", "json", cwd=GOLD)

    assert (told.status, told.errors) == (0, "")
    assert told.output == (GOLD / f"summary_{which}.json").read_text()


def test_text_is_what_a_person_gets() -> None:
    told = loadtest("report", RUNS["staged"], "--format", "text", cwd=GOLD, env={"COLUMNS": "80"})

    assert [line.rstrip() for line in told.output.splitlines()] == (
        (GOLD / "report_staged_80.txt").read_text().splitlines()
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--format", "xml"), "'xml' is not one of 'text', 'json'"),
        (("--format", "json", "--navigation", "1"), "a navigation's story is told as text"),
    ],
)
def test_a_wrong_format_is_a_mistake(options: tuple[str, ...], message: str) -> None:
    told = loadtest("report", RUNS["faulty"], *options, cwd=GOLD, env={"COLUMNS": "200"})

    assert (told.status, told.output) == (104, "")
    assert message in told.errors


@pytest.mark.slow
def test_what_a_real_server_counted_in_the_warm_up_is_left_out(tmp_path: Path) -> None:
    port = free_port()
    board = [sys.executable, "-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port)]
    with served(instrumented(*board), port, tmp_path / "board.log") as app:
        told = loadtest(
            *("run", "demo", "--host", app.url, "--set", f"stages={STAGES}", "--set", "dwell_s=0.2"),
            cwd=tmp_path,
        )
    run = only_run(tmp_path / "results")
    after, info = summary_of(run), json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(info | {"stages": []}))  # the same run without a warm-up
    again = loadtest("report", str(run.relative_to(tmp_path)), "--format", "json", cwd=tmp_path)
    whole = json.loads(again.output)

    text = plain(told.output)
    assert [stage["warm_up"] for stage in info["stages"]] == [True, False]
    warm, measured = after["stages"]
    assert warm["navigations"]["due"] > 0
    assert warm["navigations"]["due"] + measured["navigations"]["due"] == whole["navigations"]["due"]
    assert after["navigations"]["due"] == measured["navigations"]["due"]
    assert warm["server_errors"] + measured["server_errors"] == whole["server"]["errors"]
    assert (
        after["server"]["errors"]
        == measured["server_errors"]
        == sum(cell["server_errors"] for cell in after["heat"])
    )
    assert 0 < after["server"]["visits"] < whole["server"]["visits"]
    calls, all_calls = (
        {row["event"]: row["calls"] for row in summary["server"]["handlers"]} for summary in (after, whole)
    )
    assert 0 < calls["connect"] < all_calls["connect"]
    assert after["server"]["residue"] == whole["server"]["residue"]
    assert after["findings"] == whole["findings"]
    assert f"Warm-up: 3 s, {warm['navigations']['started']} visits, left out of the figures" in text
    assert "Stages (p95 of the handshake in ms; errors on the server)" in text
