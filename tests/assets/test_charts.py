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
