"""A small picture of a profile's rate over time, drawn with characters for a terminal."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loadtest.profile.curve import Curve, Line
from loadtest.profile.model import Profile

__all__ = ["Paper", "draw_picture"]

_ROWS = 6
_LEAST_WIDTH = 40
_MOST_WIDTH = 110
_BLOCKS = " ▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Paper:
    """What there is to draw on."""

    width: int = 80
    """Characters in a line."""
    has_blocks: bool = True
    """Whether it can show more than ASCII."""


@dataclass(frozen=True, slots=True)
class _Ink:
    """The characters that a picture is drawn with."""

    levels: str
    """Of a cell, from empty to full."""
    warm_up: str
    """Any part of a cell that belongs to a warm-up stage."""
    floor: str
    stage: str
    """On the floor, where a stage begins."""
    corner: str
    wall: str


_BLOCK_INK = _Ink(levels=_BLOCKS, warm_up="░", floor="─", stage="┬", corner="└", wall="│")
_ASCII_INK = _Ink(levels=" .:#", warm_up="-", floor="-", stage="+", corner="+", wall="|")


def draw_picture(profile: Profile, paper: Paper) -> Iterator[str]:
    """Yield the lines: the highest rate of each column's time, so that no spike is too short to be seen.

    A closed model shows its tabs at work.
    """
    ink = _BLOCK_INK if paper.has_blocks else _ASCII_INK
    course = _tabs_at_work(profile) if profile.is_closed else [*Curve(profile.stages, profile.turns).lines()]
    top = max((max(line.first, line.last) for line in course), default=0.0)
    labels = _labels(top)
    margin = max(map(len, labels)) + 1
    width = max(min(paper.width, _MOST_WIDTH), _LEAST_WIDTH) - margin - 2
    heights = _columns(course, profile.duration_s, width)
    warm_s = sum(stage.duration_s for stage in profile.stages if stage.is_warm_up)
    warm = int(warm_s / profile.duration_s * width + 1e-9)
    yield "tabs at work" if profile.is_closed else "navigations a second"
    for row in reversed(range(_ROWS)):
        cells = "".join(
            _cell(height / top * _ROWS - row if top else 0.0, ink, is_warm_up=column < warm)
            for column, height in enumerate(heights)
        )
        yield f"{labels[_ROWS - 1 - row]:>{margin}}{ink.wall}{cells.rstrip()}"
    yield f"{'0':>{margin}}{ink.corner}{_floor(profile, width, ink)}"
    yield from _feet(profile, margin, width)


def _labels(top: float) -> Sequence[str]:
    """Return what stands beside the rows, from the highest on: at the top and half way up."""
    labels = [""] * _ROWS
    labels[0], labels[_ROWS // 2] = f"{top:.4g}", f"{top / 2:.4g}"
    return labels


def _tabs_at_work(profile: Profile) -> Sequence[Line]:
    ends = [*itertools.accumulate((stage.duration_s for stage in profile.stages), initial=0.0)]
    return [
        Line(start_s, first, end_s, last)
        for (start_s, end_s), (first, last) in zip(
            itertools.pairwise(ends), (stage.users or (0.0, 0.0) for stage in profile.stages), strict=True
        )
    ]


def _columns(course: Sequence[Line], duration_s: float, width: int) -> Sequence[float]:
    """Return the highest value in each column's time."""
    heights = [0.0] * width
    for line in course:
        for column in range(_column(line.start_s, duration_s, width), width):
            left_s = max(column * duration_s / width, line.start_s)
            if left_s >= line.end_s:
                break
            right_s = min((column + 1) * duration_s / width, line.end_s)
            heights[column] = max(heights[column], line.at(left_s), line.at(right_s))
    return heights


def _column(now_s: float, duration_s: float, width: int) -> int:
    return min(int(now_s / duration_s * width + 1e-9), width - 1)


def _cell(filled: float, ink: _Ink, *, is_warm_up: bool) -> str:
    """Return a cell that is filled to some part; what is a little more than nothing is seen."""
    steps = len(ink.levels) - 1
    level = min(max(math.ceil(filled * steps - 1e-9), 0), steps)
    return ink.warm_up if level and is_warm_up else ink.levels[level]


def _starts(profile: Profile) -> Sequence[float]:
    return [0.0, *itertools.accumulate(stage.duration_s for stage in profile.stages[:-1])]


def _floor(profile: Profile, width: int, ink: _Ink) -> str:
    cells = [ink.floor] * width
    for start_s in _starts(profile)[1:]:
        cells[_column(start_s, profile.duration_s, width)] = ink.stage
    return "".join(cells)


def _feet(profile: Profile, margin: int, width: int) -> Iterator[str]:
    """Yield the line of times, and below it, where there are several, the line of stages."""
    times, names = [" "] * (width + 1), [" "] * (width + 1)
    end = f"{profile.duration_s:.4g} s"
    _write(times, width + 1 - len(end), end)
    columns = [_column(start_s, profile.duration_s, width) for start_s in _starts(profile)]
    for index, (start_s, column, after) in enumerate(
        zip(_starts(profile), columns, [*columns[1:], width + 2], strict=True)
    ):
        _write(times, column, f"{start_s:.4g}")
        words = [f"stage {index}", str(index)]
        if profile.stages[index].is_warm_up:
            words = [f"{words[0]}, warm-up", f"{index} warm-up", *words]
        for word in words:
            if len(word) < after - column and _write(names, column, word):
                break
    lines = [times, names] if len(columns) > 1 or profile.stages[0].is_warm_up else [times]
    for line in lines:
        yield f"{'':{margin}} {''.join(line).rstrip()}"


def _write(cells: list[str], at: int, text: str) -> bool:
    """Write a text where there is room for it with a space around; say whether there was."""
    around = cells[max(at - 1, 0) : at + len(text) + 1]
    if at < 0 or at + len(text) > len(cells) or any(cell != " " for cell in around):
        return False
    cells[at : at + len(text)] = text
    return True
