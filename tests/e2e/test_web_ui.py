"""The Locust web UI with our form, driven in a real browser."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium
from tests.e2e.harness import TOOL, free_port, instrumented, only_run, served, summary_of


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page of a new headless Chromium."""
    with chromium(tmp_path / "chromium") as context:
        yield context.pages[0]
        context.pages[0].screenshot(path=tmp_path / "last.png")


def test_a_mistake_is_an_alert_and_a_run_comes_to_its_verdict(page: Page, tmp_path: Path) -> None:
    board_port, ui_port = free_port(), free_port()
    board_command = instrumented(
        sys.executable, "-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(board_port)
    )
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    with (
        served(board_command, board_port, tmp_path / "board.log") as board,
        served([*TOOL, "ui", "--port", str(ui_port)], ui_port, tmp_path / "ui.log", cwd=tmp_path) as ui,
    ):
        page.goto(ui.url)
        page.get_by_label("Host").fill(board.url)
        page.get_by_role("button", name="Custom parameters").click()
        page.get_by_label("Nav Profile").select_option("demo")
        page.get_by_label("Nav Set").fill("users.max=-3")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("users.max: -3 is below 1")).to_be_visible()
        assert not (tmp_path / "results").exists()

        page.get_by_label("Nav Set").fill("stages=[{duration_s = 5, rate_per_s = 20}]; dwell_s=1")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_role("cell", name="handshake").first).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Stopped").first).to_be_visible(timeout=60_000)
        run = only_run(tmp_path / "results")
        page.get_by_role("tab", name="Exceptions").click()
        expect(page.get_by_text("KeyError in handle_disconnect").first).to_be_visible()

        page.get_by_role("button", name="New").click()
        page.get_by_role("button", name="Custom parameters").click()
        page.get_by_label("Nav Profile").select_option("demo")
        page.get_by_label("Nav Set").fill("stages=[{duration_s = 60, rate_per_s = 20}]")
        page.get_by_role("button", name="Start").click()
        stop = page.get_by_role("button", name="Stop")
        expect(stop).to_be_visible()
        deadline = time.monotonic() + 60
        while not all(path.stat().st_size for path in (tmp_path / "results").glob("2*/navigations.jsonl")):
            assert time.monotonic() < deadline, "no visit of the second run ended"
            page.wait_for_timeout(200)
        stop.click()
        expect(page.get_by_text("Stopped").first).to_be_visible(timeout=60_000)

    (second,) = {path for path in (tmp_path / "results").iterdir() if not path.is_symlink()} - {run}
    assert summary_of(second)["ended"] == "interrupted"
    assert summary_of(second)["navigations"]["started"] > 0
    summary = summary_of(run)
    assert json.loads((run / "run.json").read_text())["profile"] == "demo"
    assert (summary["ended"], summary["exit_code"]) == ("finished", 99)
    assert [finding["at"] for finding in summary["findings"]] == [["P15", "P16", "P16b"]]
    assert complaints == []
