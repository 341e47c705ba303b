"""The Locust web UI with our form and our tabs, driven in a real browser."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.apps.hostile import HOSTILE
from tests.e2e.browser import chromium
from tests.e2e.harness import TOOL, Served, free_port, instrumented, only_run, records, served, summary_of
from tests.e2e.watching import Watcher

pytestmark = pytest.mark.slow

STEADY = "stages=[{duration_s = 120, rate_per_s = 10, arrivals = 'constant'}]; dwell_s=0.2"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page of a new headless Chromium."""
    with chromium(tmp_path / "chromium", viewport={"width": 1280, "height": 1000}) as context:
        yield context.pages[0]
        context.pages[0].screenshot(path=tmp_path / "last.png", full_page=True)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Served]:
    """The demo's board with its fault, under the hooks."""
    port = free_port()
    fault = ("-m", "loadtest.demo", "--fault", "handshake-lookup", "--port", str(port))
    with served(instrumented(sys.executable, *fault), port, tmp_path / "board.log") as board:
        yield board


@pytest.fixture
def watcher(page: Page) -> Watcher:
    """A person at that page."""
    return Watcher(page)


def ui_command(port: int, *options: str) -> list[str]:
    return [*TOOL, "ui", "--port", str(port), *options]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_is_chosen_watched_turned_stopped_and_kept(
    watcher: Watcher, board: Served, tmp_path: Path, workers: int
) -> None:
    page, port = watcher.page, free_port()
    command = ui_command(port, "--workers", str(workers))
    with served(command, port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        page.goto(ui.url)
        watcher.fill(Host=board.url, Nav_Profile="demo", Nav_Set=STEADY)
        expect(page.get_by_text("A board of notes, and people who leave it")).to_be_visible()
        watcher.start()

        # the charts fill, on the tab that opens by itself
        expect(page.get_by_role("tab", name="Navigations")).to_have_attribute(
            "aria-selected", "true", timeout=30_000
        )
        rates, latency = "Navigations per second", "Phase latency (ms)"
        watcher.until(lambda: watcher.figure("Due") >= 30, "nothing comes due")
        watcher.until(lambda: watcher.value(rates, "started", "highest") > 0, "no rate is drawn")
        watcher.until(lambda: watcher.value(latency, "p50", "highest") > 0, "no latency is drawn")
        assert watcher.value(rates, "planned") == 10

        # the knob
        page.get_by_label("New rate").fill("40")
        page.get_by_label("Unit of the rate").select_option("rate")
        page.get_by_role("button", name="Apply").click()
        expect(page.get_by_text("Takes effect at")).to_be_visible()
        (run,) = [path for path in (tmp_path / "results").iterdir() if not path.is_symlink()]
        (turn,) = json.loads((run / "run.json").read_text())["turns"]
        watcher.until(
            lambda: watcher.live()["ticks"][-1][0] > turn["at_s"] + 5, "the run does not go on after the turn"
        )
        watcher.until(lambda: watcher.value(rates, "planned") == 40, "the plan does not show the turn")

        watcher.open("Server")
        watcher.until(lambda: watcher.figure("Processes alive") == 1, "no server process is seen")
        watcher.until(
            lambda: watcher.value("Handler calls and errors per second", "calls", "highest") > 0, "no calls"
        )
        ticks = watcher.live()["ticks"]
        watcher.stop()

        watcher.open("Findings")
        finding = page.get_by_role("listitem").filter(has_text="KeyError in handle_disconnect")
        expect(finding.first).to_be_visible(timeout=60_000)
        page.get_by_text("Traceback", exact=True).first.click()
        expect(page.get_by_text("seat = self._seats.pop(sid)").first).to_be_visible()
        page.get_by_text("Story of one such visit", exact=True).first.click()
        expect(page.get_by_label("Story of one such visit").first).to_contain_text("P1")

        watcher.open("Navigations")
        expect(page.get_by_text("INTERRUPTED").first).to_be_visible(timeout=60_000)
        kept = {name: watcher.keep(name, tmp_path) for name in ("summary.json", "navigations.jsonl")}

    assert watcher.complaints == []
    assert (turn["rate"], turn["weights"]) == (40.0, None)
    # constant arrivals: ten a second before the turn, forty after it
    before = [tick for tick in ticks if 1 <= tick[0] <= turn["at_s"]]
    after = [tick for tick in ticks if tick[0] >= turn["at_s"] + 2]
    slow, fast = _due_per_s(before), _due_per_s(after)
    assert 2.5 < fast / slow < 6, (slow, fast, ticks)
    for name, path in kept.items():
        assert path.read_bytes() == (run / name).read_bytes()
    summary = summary_of(run)
    assert summary["ended"] == "interrupted"
    assert summary["findings"][0]["what"] == "KeyError in handle_disconnect"
    assert summary["navigations"]["due"] == len(records(run))
    assert json.loads((run / "run.json").read_text())["workers"] == workers


def _due_per_s(ticks: list[list[float]]) -> float:
    return (ticks[-1][1] - ticks[0][1]) / (ticks[-1][0] - ticks[0][0])


def test_all_mistakes_are_one_alert_and_nothing_is_sent(
    watcher: Watcher, board: Served, tmp_path: Path
) -> None:
    page, port = watcher.page, free_port()
    with served(ui_command(port), port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        page.goto(ui.url)
        watcher.fill(
            Host=board.url, Nav_Profile="demo", Nav_Rate="fast", Nav_Set="users.max=-3; sede=1; dwell_s='x'"
        )
        watcher.start()
        alert = page.get_by_role("alert").filter(has_text="users.max")
        expect(alert).to_contain_text("users.max: -3 is below 1")
        lines = alert.inner_text().splitlines()
        height = alert.bounding_box()
        live = watcher.live()

        watcher.fill(Nav_Rate="", Nav_Set="stages=[{duration_s = 5, rate_per_s = 20}]; dwell_s=1")
        watcher.start()
        expect(page.get_by_text("Stopped").first).to_be_visible(timeout=90_000)
        run = only_run(tmp_path / "results")
        page.get_by_role("tab", name="Exceptions").click()
        expect(page.get_by_text("KeyError in handle_disconnect").first).to_be_visible()

    assert live["state"] == "idle"
    assert [
        word for word in ("users.max", "sede", "dwell_s", "fast") if not any(word in line for line in lines)
    ] == []
    assert len(lines) >= 4
    assert height is not None
    assert height["height"] > 80, "the mistakes do not stand below each other"
    assert watcher.complaints == []
    summary = summary_of(run)
    assert (summary["ended"], summary["exit_code"]) == ("finished", 99)
    assert [finding["at"] for finding in summary["findings"]] == [["P15", "P16", "P16b"]]


def test_a_second_run_takes_the_place_of_the_first(watcher: Watcher, board: Served, tmp_path: Path) -> None:
    page, port = watcher.page, free_port()
    with served(ui_command(port, "demo", "--host", board.url), port, tmp_path / "ui.log", cwd=tmp_path) as ui:
        page.goto(ui.url)
        watcher.fill(Nav_Set="stages=[{duration_s = 3, rate_per_s = 5}]; dwell_s=0.2")
        watcher.start()
        expect(page.get_by_text("Stopped").first).to_be_visible(timeout=90_000)
        first = watcher.live()["run"]
        page.get_by_role("button", name="New").click()
        expect(page.get_by_label("Nav Profile")).to_have_value("demo")
        watcher.fill(Nav_Set="stages=[{duration_s = 60, rate_per_s = 7, arrivals = 'constant'}]; dwell_s=0.2")
        watcher.start()
        watcher.until(lambda: watcher.live()["run"] != first, "the second run does not begin")
        watcher.until(
            lambda: watcher.value("Navigations per second", "planned") == 7, "the first is still shown"
        )
        deadline = time.monotonic() + 60
        while not all(path.stat().st_size for path in (tmp_path / "results").glob("2*/navigations.jsonl")):
            assert time.monotonic() < deadline, "no visit of the second run ended"
            page.wait_for_timeout(200)
        watcher.stop()

    assert watcher.complaints == []
    runs = [path for path in sorted((tmp_path / "results").iterdir()) if not path.is_symlink()]
    assert [summary_of(run)["ended"] for run in runs] == ["finished", "interrupted"]


def test_hostile_texts_are_shown_as_text(watcher: Watcher, tmp_path: Path) -> None:
    page, port, app_port = watcher.page, free_port(), free_port()
    (tmp_path / "hostile.toml").write_text(
        f"description = {json.dumps(HOSTILE)}\n"
        "[app]\npreset = 'generic'\n[app.handshake]\ndata = {}\nack = true\n"
        f"event = {json.dumps(HOSTILE)}\n"
        "[[stages]]\nduration_s = 4\nrate_per_s = 10\n[dwell_s]\nconstant = 0.1\n"
    )
    app = instrumented(sys.executable, str(Path(__file__).parent / "apps" / "hostile.py"), str(app_port))
    with (
        served(app, app_port, tmp_path / "app.log") as hostile,
        served(
            ui_command(port, "hostile.toml", "--host", hostile.url), port, tmp_path / "ui.log", cwd=tmp_path
        ) as ui,
    ):
        page.goto(ui.url)
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        watcher.start()
        expect(page.get_by_text("Stopped").first).to_be_visible(timeout=90_000)
        watcher.open("Server")
        expect(
            page.get_by_role("rowheader", name=HOSTILE).or_(page.get_by_role("cell", name=HOSTILE))
        ).to_be_visible()
        watcher.open("Findings")
        expect(page.get_by_text(HOSTILE).first).to_be_visible(timeout=60_000)
        page.get_by_text("Traceback", exact=True).first.click()
        page.get_by_text("Story of one such visit", exact=True).first.click()
        expect(page.get_by_label("Traceback").first).to_contain_text(HOSTILE)
        watcher.open("Exceptions")
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        harmed = [page.evaluate("window.harmed ?? null")]
        page.goto(f"{ui.url}/loadtest")
        expect(page.get_by_text(HOSTILE).first).to_be_visible(timeout=60_000)
        harmed.append(page.evaluate("window.harmed ?? null"))

    assert harmed == [None, None]
    assert watcher.complaints == []
    assert HOSTILE in summary_of(only_run(tmp_path / "results"))["findings"][0]["what"]
