"""The one poller behind all elements: new runs, late comers, answers that do not come."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.assets.conftest import Shown
from tests.assets.replay import Replay, Served, read_recorded

pytestmark = pytest.mark.slow


def test_who_comes_late_gets_all(shown: Shown) -> None:
    shown.page.goto(shown.url)
    shown.replay.until(20)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    late = shown.page.context.new_page()
    late.goto(shown.url)
    expect(late.locator("loadtest-navigations [data-key=due] dd")).to_have_text("532")
    tables = [
        page.locator("table").evaluate_all("all => all.map(one => one.textContent)")
        for page in (shown.page, late)
    ]
    late.close()
    assert tables[0] == tables[1]


def test_a_new_run_clears_what_was_there(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.locator(".finding")).to_have_count(1)
    shown.replay.run_id = "00c0ffee00c0ffee"
    shown.replay.until(0)
    expect(shown.findings.locator(".finding")).to_have_count(0)
    expect(shown.navigations.locator(".verdict")).to_be_empty()
    expect(shown.navigations.get_by_role("grid")).to_be_hidden()
    assert set(shown.latest("Phase latency (ms)").values()) == {"–"}
    assert set(shown.latest("Held by the server").values()) == {"–"}


def test_an_element_that_comes_back_goes_on(shown: Shown) -> None:
    shown.replay.until(20)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    before = shown.latest("Navigations per second")
    shown.page.evaluate(
        """() => {
            const old = document.querySelector("loadtest-navigations");
            old.replaceWith(document.createElement("loadtest-navigations"));
        }"""
    )
    expect(shown.navigations.locator("canvas")).to_have_count(3)
    assert shown.latest("Navigations per second") == before


def test_nothing_is_asked_for_when_no_tab_of_ours_is_open(shown: Shown) -> None:
    shown.replay.until(20)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    shown.page.evaluate("document.querySelectorAll('main > *').forEach((one) => one.remove())")
    feed = shown.page.evaluate_handle(
        "url => import(url).then(({ feed }) => feed)", f"{shown.url}loadtest/assets/feed.js"
    )
    shown.page.wait_for_function("feed => !feed.asking", arg=feed)  # what was on its way is there
    asked = shown.replay.asked
    feed.evaluate("feed => { feed.hurry(); return fetch('loadtest/files'); }")
    assert shown.replay.asked == asked


def test_trouble_is_told_and_goes_away(shown: Shown, complaints: list[str]) -> None:
    shown.replay.until(20)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    shown.replay.is_broken = True
    trouble = shown.navigations.get_by_role("alert").first
    expect(trouble).to_have_text("Locust does not answer (the answer was 500); asking again.")
    shown.replay.is_broken = False
    expect(trouble).to_be_hidden()
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    assert {said for said in complaints if "500" not in said} == set()
    complaints.clear()


def test_ticks_and_rows_of_a_wider_step_take_the_place_of_narrow_ones(shown: Shown) -> None:
    recorded = read_recorded()
    row = {"phase": "connect", "count": 9, "p50_ms": 1, "p95_ms": 2, "p99_ms": 77, "from_due_p99_ms": None}
    wide = {"at": 39, "type": "phases", "width_s": 2, "reset": True, "rows": [{"t": 0, **row}]}
    shown.replay.recorded = [*recorded, wide]
    shown.replay.until(38)
    shown.page.goto(shown.url)
    expect(
        shown.navigations.get_by_role("group", name="Phase", exact=True).get_by_role("button")
    ).to_have_count(6)
    shown.replay.until(40)
    expect(
        shown.navigations.get_by_role("group", name="Phase", exact=True).get_by_role("button")
    ).to_have_count(1)
    assert shown.latest("Phase latency (ms)") == {"p50": "1", "p95": "2", "p99": "77", "p99 from due": "–"}


def test_everything_is_asked_for_below_the_base_path(browser: BrowserContext) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with Served(Replay().until(20), base="/deep/locust") as served:
        page.goto(served.url)
        expect(page.locator("loadtest-navigations [data-key=due] dd")).to_have_text("532")
        page.close()
        assert all(url.startswith(served.url) for url in asked if not url.startswith("data:"))
