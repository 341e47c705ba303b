"""The Locust web UI with our form, driven in a real browser."""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.harness import TOOL, free_port, instrumented, only_run, served, summary_of

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page of a new headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "chromium"), executable_path=CHROMIUM, headless=True, args=FLAGS
        )
        yield context.pages[0]
        context.close()


def test_a_run_is_started_from_the_form_and_comes_to_its_verdict(page: Page, tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(
        "description = 'A short one'\n"
        + (Path(__file__).parents[2] / "profiles" / "demo.toml").read_text().partition("[[stages]]")[0]
        + "[[stages]]\nduration_s = 4\nrate_per_s = 20\n"
        if False
        else "[app]\npreset = 'generic'\npages = ['/']\n[[stages]]\nduration_s = 4\nrate_per_s = 20\n"
    )
    board_port, ui_port = free_port(), free_port()
    board_command = instrumented(
        sys.executable, "-m", "loadtest.demo", "--fault", "none", "--port", str(board_port)
    )
    ui_command = [*TOOL, "ui", "--port", str(ui_port)]
    with (
        served(board_command, board_port, tmp_path / "board.log") as board,
        served(ui_command, ui_port, tmp_path / "ui.log", cwd=tmp_path) as ui,
    ):
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(ui.url)
        expect(page.get_by_label("Host")).to_be_visible()
        page.screenshot(path=tmp_path / "form.png")
