"""The heat map: points × manners."""

import pytest
from playwright.sync_api import expect

from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow


def test_a_cell_tells_errors_per_visit_in_words_too(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    cell = shown.navigations.locator("td[data-at=P16][data-manner=ws_close]")
    expect(cell).to_have_text("140 visits")  # the number, and on a line of its own the visits
    expect(cell.locator("b")).to_have_text("1")
    assert cell.get_attribute("data-level") == "5"
    assert cell.get_attribute("aria-label") == (
        "P16 (before_handshake), ws_close: 40 server errors in 40 visits, 1 per visit"
    )
    assert (
        shown.navigations.locator("td[data-at=P13][data-manner=ws_close]").get_attribute("data-level") == "0"
    )
    points = shown.navigations.get_by_role("grid").locator("tbody th .id")
    expect(points).to_have_text(["P12", "P13", "P14", "P15", "P16", "P16b", "P17", "P18", "P19", "P20"])


def test_arrow_keys_move_from_cell_to_cell(shown: Shown) -> None:
    shown.replay.until(40)
    shown.page.goto(shown.url)
    grid = shown.navigations.get_by_role("grid")
    grid.locator("td[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        shown.page.keyboard.press(key)
    expect(grid.locator("td:focus")).to_have_attribute("data-manner", "fin")
    expect(shown.navigations.locator(".story")).to_have_text(
        "P15 (connecting), fin: 24 server errors in 24 visits, 1 per visit"
    )
    expect(grid.locator("td[tabindex='0']")).to_have_count(1)


def test_without_hooks_errors_are_unknown_and_not_none(shown: Shown) -> None:
    for message in shown.replay.recorded:
        if message["type"] in ("summary", "end"):
            message["summary"]["server"] = None
            message["summary"]["heat"] = [{"at": "P16", "manner": "fin", "visits": 3, "server_errors": None}]
    shown.replay.recorded = [one for one in shown.replay.recorded if one["type"] != "server"]
    shown.replay.until(40)
    shown.page.goto(shown.url)
    cell = shown.navigations.locator("td[data-at=P16][data-manner=fin]")
    expect(cell.locator("b")).to_have_text("–")
    assert cell.get_attribute("data-level") == "unknown"
    expect(
        shown.navigations.get_by_text("Without hooks in the server nobody counts its errors")
    ).to_be_visible()
    expect(shown.server.get_by_text("loadtest instrument -- python app.py")).to_be_visible()


def test_levels_have_the_bounds_that_the_legend_names(shown: Shown) -> None:
    shown.page.goto(shown.url)
    levels = shown.page.evaluate(
        """async ([url, values]) => {
            const { levelOf } = await import(url);
            return values.map(levelOf);
        }""",
        [f"{shown.url}loadtest/assets/heat.js", [0, 0.001, 0.01, 0.1, 0.49, 0.5, 0.99, 1, 7]],
    )
    assert levels == [0, 1, 2, 3, 3, 4, 4, 5, 5]
