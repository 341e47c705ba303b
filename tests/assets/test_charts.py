"""What a chart says of the plan and of turns, and what it leaves out."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow

_WRITTEN = """() => {
    window.written = [];
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
        window.written.push(text);
        return write.call(this, text, ...at);
    };
}"""


def _tell_run(shown: Shown, **changes: Any) -> None:
    for message in shown.replay.recorded:
        if message["type"] == "run":
            message |= changes


def test_turns_close_together_share_a_label(shown: Shown) -> None:
    _tell_run(
        shown,
        turns=[
            {"at_s": 4.0, "rate": "x2", "weights": None},
            {"at_s": 4.03, "rate": None, "weights": [1.0] * 22},
            {"at_s": 12.0, "rate": 50, "weights": None},
        ],
    )
    shown.page.add_init_script(f"({_WRITTEN})()")
    shown.replay.until(20)
    shown.page.goto(shown.url)
    expect(shown.navigations.locator("[data-key=due] dd")).to_have_text("532")
    shown.page.wait_for_function("window.written.includes('50/s')")
    written = set(shown.page.evaluate("window.written"))
    assert "×2, mix" in written
    assert written.isdisjoint({"×2", "mix"})


def test_a_label_takes_in_what_comes_before_its_end(shown: Shown) -> None:
    shown.page.goto(shown.url)
    labels = shown.page.evaluate(
        """async ([url, marks]) => {
            const { labelsOf } = await import(url);
            return labelsOf(marks, (text) => text.length, 1).map(({ left, text }) => `${left} ${text}`);
        }""",
        [
            f"{shown.url}loadtest/assets/marks.js",
            [{"left": left, "text": text} for left, text in ((20, "b"), (0, "aaa"), (3, "c"), (6, "d"))],
        ],
    )
    assert labels == ["0 aaa, c, d", "20 b"]


def test_a_plan_is_told_of_now_and_not_of_its_end(shown: Shown) -> None:
    _tell_run(shown, planned_users=[[0.0, 4.0], [20.0, 24.0], [24.0, 1.0]])
    shown.page.goto(shown.url)
    shown.replay.until(10)
    expect(shown.navigations.get_by_role("button", name="planned 30", exact=True)).to_be_visible()
    assert shown.latest("Navigations per second")["planned"] == "30"
    assert shown.latest("Visits under way")["planned users"] == "14"


def test_a_closed_model_knows_nothing_of_late_and_dropped(shown: Shown) -> None:
    _tell_run(shown, closed=True, planned=[], planned_users=[[0.0, 5.0], [24.0, 5.0]])
    shown.replay.until(-1)
    shown.page.goto(shown.url)
    for at_s in (7.5, 40):
        shown.replay.until(at_s)
        due = "86" if at_s < 40 else "679"
        expect(shown.navigations.locator("[data-key=due] dd")).to_have_text(due)
        for key in ("late", "dropped"):
            expect(shown.navigations.locator(f"[data-key={key}]")).to_be_hidden()
            expect(shown.navigations.get_by_role("button", name=key)).to_have_count(0)
        assert list(shown.latest("Navigations per second")) == ["planned", "due", "started"]
    heads = shown.navigations.get_by_role("region", name="Stages").get_by_role("columnheader")
    expect(heads).to_have_text(
        ["stage", "from", "visits", "connect p99 (ms)", "handshake p99 (ms)", "server errors"]
    )


def test_stages_have_the_numbers_that_check_gives_them(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    rows = shown.navigations.get_by_role("region", name="Stages").locator("tbody th")
    expect(rows).to_have_text(
        [
            "0: 4 s, 10 navigations a second, poisson, warm-up",
            "1: 12 s, from 10 to 50 navigations a second, poisson",
            "2: 8 s, 35 navigations a second, poisson",
        ]
    )


_STANDING = "As of 114 ended visits; tiles and charts are some seconds newer."
_SNAPSHOTS = "Counted by the server once a second, so a few calls around the warm-up's end may differ."


def test_what_is_older_than_the_ticks_says_how_old_it_is(shown: Shown) -> None:
    told = [one["summary"] for one in shown.replay.recorded if one["type"] in ("summary", "end")]
    for summary in told[:-1]:
        summary["stages"] = told[-1]["stages"]
        summary["navigations"]["started"] -= 44  # those of the warm-up
    shown.replay.until(12)
    shown.page.goto(shown.url)
    places = [
        shown.navigations.locator(".heat .hint"),
        shown.navigations.get_by_role("region", name="Stages").locator("caption"),
        shown.server.get_by_role("region", name="Handlers").locator("caption"),
    ]
    for place in places:
        expect(place).to_contain_text(_STANDING)
    expect(places[2]).to_contain_text(_SNAPSHOTS)
    shown.replay.until(40)
    for place in places:
        expect(place).not_to_contain_text("As of")
    expect(places[2]).to_contain_text(_SNAPSHOTS)


def test_without_a_warm_up_nothing_is_said_of_its_end(shown: Shown) -> None:
    _tell_run(shown, stages=[])
    shown.replay.until(40)
    shown.page.goto(shown.url)
    caption = shown.server.get_by_role("region", name="Handlers").locator("caption")
    expect(caption).to_have_text("The app's handlers in this run.")
