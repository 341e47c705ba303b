"""What comes from others, and what is written twice."""

import hashlib
import re
from importlib import resources

from loadtest.navigation.point import POINTS
from loadtest.report.finding import ENDED_BY_SERVER
from tests.assets.conftest import Shown
from tests.assets.replay import ASSETS


def test_uplot_is_as_its_makers_published_it() -> None:
    header, body, export = re.fullmatch(
        r"(/\*.*?\*/\n)(.*)\n(export default uPlot;\n)", (ASSETS / "uplot.js").read_text(), re.DOTALL
    ).groups()  # type: ignore[union-attr]
    assert "uPlot 1.6.32" in header
    assert export
    published = "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f"
    assert hashlib.sha256(body.encode()).hexdigest() == published
    assert "Copyright (c) 2022 Leon Sorokin" in (ASSETS / "uplot.LICENSE.txt").read_text()


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in ASSETS.iterdir():
        addresses = re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8"))
        told = {
            "https://github.com/leeoniya/uPlot,",
            "https://github.com/leeoniya/uPlot",
            "http://www.w3.org/2000/svg",
        }
        assert set(addresses) <= told, file.name


def test_the_assets_come_with_the_package() -> None:
    names = {entry.name for entry in resources.files("loadtest").joinpath("assets").iterdir()}
    assert {"tabs.js", "style.css", "uplot.js", "uplot.css", "uplot.LICENSE.txt"} <= names


def test_points_and_manners_are_those_of_the_table(shown: Shown) -> None:
    shown.page.goto(shown.url)
    points, manners = shown.page.evaluate(
        "(url) => import(url).then(({ POINTS, MANNERS }) => [POINTS, Object.keys(MANNERS)])",
        f"{shown.url}loadtest/assets/points.js",
    )
    assert list(points.items()) == [
        (point.id, {"name": point.name, "clientHas": point.client_has}) for point in POINTS.values()
    ]
    in_table = {manner.value for point in POINTS.values() for manner in point.all_manners}
    assert set(manners) == in_table | {ENDED_BY_SERVER}
