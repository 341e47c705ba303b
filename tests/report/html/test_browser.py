"""``report.html`` in a real browser: its figures, its safety, its colours, on a phone and on paper."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import tests.assets
from loadtest.report.html.markup import visible
from tests.gold import build
from tests.report.hostile import ATTACKS
from tests.report.html.conftest import Shown
from tests.report.html.reading import look_up, reads_as

pytestmark = pytest.mark.slow

PROBES = (Path(tests.assets.__file__).parent / "probes.js").read_text(encoding="utf-8")
RUNS = [*build.RUNS, "hostile"]
Show = Callable[..., Shown]
_FIGURES = """() => [...document.querySelectorAll("[data-path]")].map((one) => ({
  path: one.dataset.path, per: one.dataset.per ?? null, told: one.dataset.value, text: one.textContent,
}))"""
_CLIPPED = """() => [...document.querySelectorAll("pre, h1, h3, p, li, dd, .command")].filter(
  (one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
).map((one) => `${one.tagName} ${one.scrollWidth} ${one.clientWidth}`)"""


@pytest.mark.parametrize("which", RUNS)
def test_every_figure_that_is_read_is_the_summarys(show: Show, which: str) -> None:
    shown = show(which)
    wrong = []
    read = shown.page.evaluate(_FIGURES)
    for one in read:
        value = look_up(shown.summary, one["path"])
        if one["per"] is not None:
            value = value / look_up(shown.summary, one["per"])
        if json.loads(one["told"]) != value or not reads_as(one["text"], value):
            wrong.append((one, value))
    assert wrong == []
    assert len(read) > 90


def test_a_hostile_app_gets_nothing_run_and_nothing_asked_for(show: Show) -> None:
    shown = show("hostile")

    assert shown.page.evaluate("document.scripts.length + document.images.length") == 0
    handlers = """() => [...document.querySelectorAll("*")].flatMap((one) =>
      one.getAttributeNames().filter((name) => name.startsWith("on") || name === "src"))"""
    assert shown.page.evaluate(handlers) == []
    for fold in shown.page.locator("summary").all():
        fold.click()
    shown.page.mouse.move(600, 300)
    assert shown.said == []
    assert len(shown.asked) == 1


def test_what_a_hostile_app_wrote_is_read_as_it_wrote_it(show: Show) -> None:
    shown = show("hostile")
    text = shown.page.evaluate("document.body.textContent")

    names = [finding["what"] for finding in shown.summary["findings"]]
    read = [
        name
        for name, attack in ATTACKS.items()
        if f"{attack} in {attack}" in names and visible(attack) in text
    ]
    assert len(read) == sum(f"{attack} in {attack}" in names for attack in ATTACKS.values())
    assert len(read) > 15
    assert "\u202e" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("which", RUNS)
def test_on_a_phone_nothing_but_tables_is_wider_than_the_screen(show: Show, which: str) -> None:
    shown = show(which)
    shown.page.set_viewport_size({"width": 320, "height": 640})

    assert shown.page.evaluate("document.documentElement.scrollWidth") == 320
    assert shown.page.evaluate(_CLIPPED) == []


def test_on_a_phone_the_tables_that_say_what_broke_need_no_scrolling(show: Show) -> None:
    shown = show("faulty")
    shown.page.set_viewport_size({"width": 375, "height": 800})

    wide = shown.page.evaluate(
        """() => [...document.querySelectorAll(".scroll")].map((box) => [
          box.querySelector("caption").textContent, box.scrollWidth - box.clientWidth])"""
    )
    excess = {
        name: pixels
        for name, pixels in wide
        if name.startswith(("Thresholds", "Errors on the server", "Phases of a visit", "Navigation "))
    }
    assert len(excess) == 4
    assert set(excess.values()) == {0}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["faulty", "staged"])
def test_text_stands_out_from_its_ground(show: Show, which: str, scheme: str) -> None:
    shown = show(which, color_scheme=scheme)
    for fold in shown.page.locator("summary").all():
        fold.click()
    faint = shown.page.evaluate(f"() => {{ {PROBES}; return faintTexts(); }}")

    assert faint == []  # WCAG 2.2, 1.4.3: 4.5, or 3 for large text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_stand_out_and_are_told_apart_without_colours(show: Show, scheme: str) -> None:
    shown = show("staged", color_scheme=scheme)
    drawn = shown.page.evaluate(
        f"""() => {{ {PROBES};
        return [...document.querySelectorAll("figure")].map((figure) =>
          [...figure.querySelectorAll(".drawing .line")].map((line) => {{
            const style = getComputedStyle(line);
            return [ratio(parse(style.stroke).slice(0, 3), groundOf(figure)),
              `${{style.strokeDasharray}} ${{style.strokeWidth}}`];
          }}));
        }}"""
    )
    lines = [line for figure in drawn for line in figure]
    assert len(lines) > 30
    assert [ratio for ratio, _ in lines if ratio < 3] == []  # WCAG 2.2, 1.4.11
    assert all(len({look for _, look in figure}) == len(figure) for figure in drawn)  # and 1.4.1


def test_levels_of_heat_are_told_apart_without_hues(show: Show) -> None:
    levels = """() => { const luminances = []; %s
      for (const one of document.querySelectorAll(".scale li"))
        luminances.push(luminance(parse(getComputedStyle(one).backgroundColor).slice(0, 3)));
      return luminances; }"""
    light = show("faulty", color_scheme="light").page.evaluate(levels % PROBES)
    dark = show("faulty", color_scheme="dark").page.evaluate(levels % PROBES)

    assert light[1:] == sorted(light[1:], reverse=True)
    assert dark[1:] == sorted(dark[1:])


def test_tab_reaches_what_folds_and_what_scrolls_and_shows_where_it_is(show: Show) -> None:
    shown = show("faulty")
    stops = []
    for _ in range(30):
        shown.page.keyboard.press("Tab")
        stops.append(
            shown.page.evaluate(
                "() => { const one = document.activeElement; "
                "return [one.tagName, getComputedStyle(one).outlineStyle, "
                "one.ariaLabel ?? one.textContent.slice(0, 40)]; }"
            )
        )
    assert {tag for tag, _, _ in stops} >= {"A", "SUMMARY", "DIV", "PRE"}
    assert [stop for stop in stops if stop[1] == "none"] == []


@pytest.mark.parametrize("which", ["faulty", "staged", "hostile"])
def test_on_paper_it_is_light_and_whole(show: Show, which: str) -> None:
    shown = show(which, media="print", color_scheme="dark")
    shown.page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins, at 96 a inch

    assert (
        shown.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert shown.page.evaluate("getComputedStyle(document.body).color") == "rgb(21, 25, 30)"
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 688
    assert shown.page.evaluate(_CLIPPED) == []
    assert not shown.page.locator("nav").is_visible()
    folded = """() => [...document.querySelectorAll("article details > :not(summary)")].filter(
      (one) => one.getBoundingClientRect().height === 0 || !one.checkVisibility()).length"""
    assert shown.page.evaluate(folded) == 0
    printed = shown.page.pdf(format="A4")
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") > 3
