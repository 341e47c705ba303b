"""For everybody: names, keyboard, contrast in both themes, narrow screens, less motion."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.assets.conftest import Shown

pytestmark = pytest.mark.slow

PROBES = Path(__file__).with_name("probes.js").read_text(encoding="utf-8")
TABS = ("navigations", "server", "findings")


@pytest.fixture
def whole(shown: Shown) -> Shown:
    """A run that is over, with all that can be unfolded unfolded."""
    shown.replay.until(40)
    shown.page.goto(shown.url)
    expect(shown.findings.locator(".finding")).to_have_count(1)
    expect(shown.navigations.get_by_role("grid")).to_be_visible()
    expect(shown.navigations.get_by_role("link")).to_have_count(2)
    for fold in shown.page.locator("summary").all():
        if fold.is_visible():
            fold.click()
    return shown


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(whole: Shown, theme: str) -> None:
    whole.page.evaluate(f"document.body.classList.toggle('dark', {json.dumps(theme == 'dark')})")
    for tab in TABS:
        expect(whole.page.locator(f"loadtest-{tab} .tab")).to_have_attribute("data-theme", theme)
    faint = whole.page.evaluate(f"() => {{ {PROBES}; return faintTexts(); }}")
    assert faint == []  # WCAG 2.2, 1.4.3: 4.5, or 3 for large text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_levels_stand_out_from_theirs(whole: Shown, theme: str) -> None:
    whole.page.evaluate(f"document.body.classList.toggle('dark', {json.dumps(theme == 'dark')})")
    expect(whole.navigations.locator(".tab")).to_have_attribute("data-theme", theme)
    ratios = whole.page.evaluate(f"() => {{ {PROBES}; return lineRatios(); }}")
    assert {name: ratio for name, ratio in ratios.items() if ratio < 3} == {}  # WCAG 2.2, 1.4.11
    levels = whole.page.evaluate(f"() => {{ {PROBES}; return levelLightness(); }}")
    assert levels == sorted(levels, reverse=theme == "light")  # one after the other also without hues


def test_every_control_has_a_name_and_every_id_is_one(whole: Shown) -> None:
    nameless = whole.page.evaluate(f"() => {{ {PROBES}; return namelessControls(); }}")
    assert nameless == []
    tree = whole.navigations.aria_snapshot()
    assert '- heading "Live knob" [level=3]' in tree
    assert '- spinbutton "New rate"' in tree
    for table in whole.page.get_by_role("table").all():
        assert table.locator("caption").count() == 1


def test_tab_goes_through_all_controls_and_shows_where_it_is(whole: Shown) -> None:
    whole.replay.until(12)
    whole.page.reload()
    expect(whole.navigations.get_by_role("button", name="Apply")).to_be_enabled()
    stops: list[str] = []
    for _ in range(40):
        whole.page.keyboard.press("Tab")
        stops.append(whole.page.evaluate(f"() => {{ {PROBES}; return focusStop(); }}"))
    assert [stop for stop in stops if stop.startswith("without a ring")] == []
    order = ["started", "Navigations per second", "handshake", "×0.5", "New rate", "Apply"]
    places = [next(at for at, stop in enumerate(stops) if name in stop) for name in order]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_screen(whole: Shown, width: int) -> None:
    whole.page.set_viewport_size({"width": width, "height": 800})
    expect(whole.navigations.locator(".stage").first.locator("canvas")).to_be_visible()
    whole.page.wait_for_function(
        "width => document.querySelector('loadtest-navigations').shadowRoot.querySelector('canvas')"
        ".getBoundingClientRect().right <= width",
        arg=width,
    )
    assert whole.page.evaluate("document.documentElement.scrollWidth") == width


def test_nothing_moves_for_who_wants_less_motion(whole: Shown) -> None:
    whole.page.emulate_media(reduced_motion="reduce")
    moving = whole.page.evaluate(f"() => {{ {PROBES}; return movingThings(); }}")
    assert moving == []
