"""What a run's charts show beside their lines: the warm-up, the stages, turns of the knob, and deaths."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.report.finding import FindingKind
from loadtest.report.html.chart import Band, Mark
from loadtest.report.html.markup import NOTHING, Markup, element
from loadtest.report.html.scale import clock
from loadtest.report.stage_sheet import turned
from loadtest.report.wording import clipped

__all__ = ["bands_of", "key_of", "marks_of", "quiet_of"]

_MOST = 100
"""Marks of one kind: a profile may have thousands of stages."""
_LONGEST = 120


def bands_of(summary: Mapping[str, Any]) -> list[Band]:
    """Return the warm-up."""
    warm = [row for row in summary["stages"] if row["warm_up"]]
    return [
        Band(
            row["start_s"],
            row["start_s"] + row["duration_s"],
            f"warm-up, left out of the figures: {clipped(row['text'], _LONGEST)}",
        )
        for row in warm
    ]


def marks_of(summary: Mapping[str, Any]) -> list[Mark]:
    """Return where stages begin, where the knob was turned, and where a server died or stood still."""
    stages = [
        Mark(row["start_s"], f"from {clock(row['start_s'])} on: {clipped(row['text'], _LONGEST)}", "stage")
        for row in summary["stages"]
        if row["start_s"] > 0
    ]
    turns = [
        Mark(row["at_s"], f"{clock(row['at_s'])}: turned {clipped(turned(row), _LONGEST)}", "turn")
        for row in summary["turns"]
    ]
    wrong = [
        Mark(moment["at_s"], f"{clock(moment['at_s'])}: {clipped(finding['what'], _LONGEST)}", "wrong")
        for finding in summary["findings"]
        if finding["kind"] == FindingKind.LIVENESS
        for moment in finding["moments"]
    ]
    return [*stages[:_MOST], *turns[:_MOST], *wrong[:_MOST]]


def quiet_of(summary: Mapping[str, Any], from_s: float, to_s: float) -> list[Band]:
    """Return the quiet, if there was one: what came after the load."""
    if summary["quiet"] is None or from_s >= to_s:
        return []
    return [Band(from_s, to_s, "the quiet: all visits are over, and the server may forget them", "quiet")]


def key_of(marks: Sequence[Mark], bands: Sequence[Band]) -> Markup:
    """Return what the marks and the ground of charts mean, as far as they have any."""
    words = {
        "stage": "a stage begins",
        "turn": "the knob was turned",
        "wrong": "a server died or stood still",
    }
    rows = [
        element("li", _sample(element("path", d="M14 0v12", class_=f"mark {kind}")), text)
        for kind, text in words.items()
        if any(mark.kind == kind for mark in marks)
    ]
    if any(not band.name for band in bands):
        ground = element("rect", x="0", y="0", width="28", height="12", class_="band")
        rows.append(element("li", _sample(ground), "warm-up, left out of the figures"))
    if any(band.name for band in bands):
        ground = element("rect", x="0", y="0", width="28", height="12", class_="band quiet")
        rows.append(element("li", _sample(ground), "the quiet: all visits are over, the server forgets"))
    return element("ul", *rows, class_="legend marks") if rows else NOTHING


def _sample(drawn: Markup) -> Markup:
    return element("svg", drawn, class_="key", viewBox="0 0 28 12", aria_hidden="true")
