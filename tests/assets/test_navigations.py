"""The tab Navigations over a replayed run."""

import pytest
from playwright.sync_api import expect

from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow


def test_charts_fill_while_the_run_goes_on(shown: Shown) -> None:
    shown.replay.until(0)
    shown.page.goto(shown.url)
    expect(shown.navigations.get_by_role("status").first).to_have_text("Load is on")
    shown.replay.until(12)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("235")
    assert shown.latest("Navigations per second") == {
        "planned": "36.7",  # at the newest tick, which was for 12 s; the plan's last value is 35
        "due": "36",
        "started": "36",
        "late": "0",
        "dropped": "0",
    }
    shown.replay.until(40)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("679")
    expect(shown.navigations.locator("[data-key=dropped] dd")).to_have_text("4")
    expect(shown.navigations.locator(".verdict")).to_contain_text("Fail")


def test_a_chart_draws_its_lines(shown: Shown) -> None:
    shown.replay.until(20)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    colours = shown.navigations.locator("canvas").first.evaluate(
        """canvas => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const seen = new Set();
            for (let at = 0; at < data.length; at += 4)
                if (data[at + 3] === 255) seen.add([data[at], data[at + 1], data[at + 2]].join());
            return [...seen];
        }"""
    )
    assert {"21,128,61", "211,47,47", "91,33,182"} <= set(colours)  # started, dropped, the turn's mark


def test_a_phase_is_chosen_and_its_latencies_are_shown(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    phases = shown.navigations.get_by_role("group", name="Phase", exact=True).get_by_role("button")
    expect(phases).to_have_text(["page", "open", "connect", "handshake", "active", "leaving"])
    expect(phases.nth(3)).to_have_attribute("aria-pressed", "true")
    of_handshake = shown.latest("Phase latency (ms)")
    phases.nth(2).click()
    expect(phases.nth(2)).to_have_attribute("aria-pressed", "true")
    of_connect = shown.latest("Phase latency (ms)")
    assert list(of_connect) == ["p50", "p95", "p99", "p99 from due"]
    assert of_connect != of_handshake


def test_a_chart_is_read_by_arrow_keys_and_a_series_put_off(shown: Shown) -> None:
    shown.replay.until(12)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("235")
    shown.navigations.get_by_role("group", name="Navigations per second").focus()
    shown.page.keyboard.press("Home")
    shown.page.keyboard.press("ArrowRight")
    spoken = shown.navigations.locator("figure").first.locator("[aria-live]")
    expect(spoken).to_have_text("1 s: planned 10, due 10, started 10, late 3, dropped 0")
    expect(shown.navigations.locator(".bubble").first).to_contain_text("started")
    started = shown.navigations.get_by_role("button", name="started")
    started.click()
    expect(started).to_have_attribute("aria-pressed", "false")


def test_files_are_offered_for_download(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    link = shown.navigations.get_by_role("link", name="navigations.jsonl")
    assert link.get_attribute("href") == f"{shown.url}loadtest/files/navigations.jsonl"
    with shown.page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "navigations.jsonl"


def test_without_a_run_each_tab_says_what_to_do(shown: Shown) -> None:
    shown.replay.run_id = None
    shown.page.goto(shown.url)
    expect(shown.navigations.get_by_text("Choose a profile in the start form")).to_be_visible()
    expect(shown.navigations.get_by_text("No run is on. Start one")).to_be_visible()
    expect(shown.server.get_by_text("No run yet. Start one")).to_be_visible()
    expect(shown.findings.get_by_text("What a run finds is listed here")).to_be_visible()


def test_a_zoom_holds_in_all_charts_until_the_whole_run_is_asked_for(shown: Shown) -> None:
    shown.replay.until(18)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("467")
    ground = shown.navigations.locator(".u-over").first.bounding_box()
    assert ground
    shown.page.mouse.move(ground["x"] + 50, ground["y"] + 50)
    shown.page.mouse.down()
    shown.page.mouse.move(ground["x"] + 200, ground["y"] + 50, steps=3)
    shown.page.mouse.up()
    whole = shown.navigations.get_by_role("button", name="Whole run")
    expect(whole).to_have_count(3)
    ranges = shown.navigations.locator(".reset .hint").all_text_contents()
    assert len(set(ranges)) == 1
    assert ranges[0] != "0 s to 24 s"
    shown.replay.until(20)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    assert shown.navigations.locator(".reset .hint").all_text_contents() == ranges
    whole.first.click()
    expect(whole).to_have_count(0)
    expect(shown.navigations.locator(".reset .hint")).to_have_text(["0 s to 24 s"] * 3)
