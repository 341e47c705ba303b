"""The live knob: what it sends, and what it makes of the answer."""

import pytest
from playwright.sync_api import Locator, expect

from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow


@pytest.fixture
def knob(shown: Shown) -> Locator:
    """The knob of a run under load, its weights unfolded."""
    shown.replay.until(12)
    shown.page.goto(shown.url)
    knob = shown.navigations.locator(".knob")
    expect(knob.get_by_role("button", name="Apply")).to_be_enabled()
    knob.get_by_text("Weights of 22 departures").last.click()
    return knob


def test_a_factor_is_sent_as_a_text(shown: Shown, knob: Locator) -> None:
    knob.get_by_role("button", name="×2").click()
    expect(knob.get_by_role("button", name="×2")).to_have_attribute("aria-pressed", "true")
    knob.get_by_role("button", name="Apply").click()
    expect(knob.get_by_text("Takes effect at 13 s into the run.")).to_be_visible()
    assert shown.replay.turned == [{"rate": "x2", "weights": None}]
    expect(knob.get_by_label("New rate")).to_have_value("")


def test_a_rate_is_sent_as_a_number(shown: Shown, knob: Locator) -> None:
    knob.get_by_label("Unit of the rate").select_option("navigations/s")
    knob.get_by_label("New rate").fill("62.5")
    knob.get_by_label("New rate").press("Enter")
    expect(knob.get_by_text("Takes effect at")).to_be_visible()
    assert shown.replay.turned == [{"rate": 62.5, "weights": None}]


def test_weights_are_sent_whole(shown: Shown, knob: Locator) -> None:
    knob.get_by_label("at P16 (read the CONNECT reply, handshake not sent), ws_close", exact=True).fill("7")
    knob.get_by_role("button", name="Apply").click()
    expect(knob.get_by_text("Takes effect at")).to_be_visible()
    (turn,) = shown.replay.turned
    planned = next(one for one in shown.replay.recorded if one["type"] == "run")["departures"]
    weights = [departure["weight"] for departure in planned]
    weights[7] = 7
    assert turn == {"rate": None, "weights": weights}


def test_a_refusal_is_shown_in_place(shown: Shown, knob: Locator, complaints: list[str]) -> None:
    shown.replay.refusal = "rate: -3 is not above 0\nweights[1]: -1 is below 0"
    knob.get_by_label("Unit of the rate").select_option("navigations/s")
    knob.get_by_label("New rate").fill("-3")
    knob.get_by_role("button", name="Apply").click()
    alert = knob.get_by_role("alert")
    expect(alert).to_have_text("rate: -3 is not above 0 weights[1]: -1 is below 0")
    expect(knob.get_by_label("New rate")).to_have_value("-3")  # to be mended, not typed again
    knob.get_by_label("New rate").fill("3")
    expect(alert).to_be_hidden()
    # Chromium itself tells of any answer that is not 200
    assert [said for said in complaints if "400" not in said] == []
    complaints.clear()


def test_nothing_is_sent_when_nothing_has_changed(shown: Shown, knob: Locator) -> None:
    knob.get_by_role("button", name="Apply").click()
    expect(knob.get_by_role("alert")).to_contain_text("Nothing has been changed yet")
    assert shown.replay.turned == []


def test_a_weight_of_more_digits_than_its_field_shows_is_not_taken_for_a_changed_one(shown: Shown) -> None:
    for message in shown.replay.recorded:
        if message["type"] == "run":
            message["departures"][0]["weight"] = 1 / 3
    shown.replay.until(12)
    shown.page.goto(shown.url)
    knob = shown.navigations.locator(".knob")
    knob.get_by_role("button", name="×2").click()
    knob.get_by_role("button", name="Apply").click()
    expect(knob.get_by_text("Takes effect at 13 s into the run.")).to_be_visible()
    assert shown.replay.turned == [{"rate": "x2", "weights": None}]


def test_a_turn_that_comes_does_not_take_what_is_being_typed(shown: Shown, knob: Locator) -> None:
    first = knob.locator("#weight-0")
    first.fill("9")
    shown.replay.until(16)
    expect(knob.get_by_text("from 16 s on: rate ×1.4")).to_be_visible()
    expect(first).to_have_value("9")
    knob.get_by_role("button", name="Undo").click()
    expect(first).to_have_value("2")


@pytest.mark.parametrize(
    ("at_s", "why"), [(-1, "The load has not begun yet."), (40, "The load is over. Start a new run")]
)
def test_a_knob_that_does_nothing_says_why(shown: Shown, at_s: float, why: str) -> None:
    shown.replay.until(at_s)
    shown.page.goto(shown.url)
    knob = shown.navigations.locator(".knob")
    expect(knob.get_by_text(why)).to_be_visible()
    expect(knob.get_by_role("button", name="Apply")).to_be_disabled()


def test_a_closed_model_has_no_rate_to_turn(shown: Shown) -> None:
    for message in shown.replay.recorded:
        if message["type"] == "run":
            message["closed"] = True
    shown.replay.until(12)
    shown.page.goto(shown.url)
    knob = shown.navigations.locator(".knob")
    expect(knob.get_by_text("This profile sets users, not a rate")).to_be_visible()
    expect(knob.get_by_label("New rate")).to_be_disabled()
    expect(knob.get_by_role("button", name="Apply")).to_be_enabled()
