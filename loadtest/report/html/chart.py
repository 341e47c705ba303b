"""A line chart as HTML and inline SVG: its words are HTML, so that they stay readable at any width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.report.html.markup import Markup, element, joined
from loadtest.report.html.scale import clock, ticks, time_ticks, top_of
from loadtest.report.html.table import Column, cell, head_cell, table
from loadtest.report.wording import listed

__all__ = ["Band", "Chart", "Line", "Mark", "Points", "draw"]

_WIDTH, _HEIGHT = 1000, 240
"""Of the drawing, in its own units; it is stretched to its place."""
_TOLD_MARKS = 8
"""Up to so many marks have words of their own in every chart."""


@dataclass(frozen=True, slots=True)
class Points:
    """Values over a run's time; None where nobody knows."""

    times_s: Sequence[float]
    width_s: float
    """How much time each value is for."""
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: as fine as it is drawn, and as coarse as it is told in words."""

    name: str
    look: int
    """Which of the style sheet's lines it is: a colour and a pattern of dashes."""
    fine: Points
    coarse: Points


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the run that a chart shows."""

    at_s: float
    text: str
    kind: str
    """``stage``, ``turn`` or ``wrong``."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the run that a chart shows on another ground: the warm-up, or the quiet."""

    from_s: float
    to_s: float
    text: str
    name: str = ""
    """What stands in the chart itself; only the quiet's does."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn."""

    title: str
    about: str
    lines: Sequence[Line]
    duration_s: float
    form: Callable[[float], str]
    unit: str
    marks: Sequence[Mark] = ()
    bands: Sequence[Band] = ()
    no_data: str = "No data."


def draw(chart: Chart) -> Markup:
    """Return the chart, or the words for that there is nothing to draw."""
    unit = element("span", f" {chart.unit}", class_="unit")
    about = element("p", chart.about, class_="soft") if chart.about else None
    head = [element("h3", chart.title, unit), about]
    lines = [line for line in chart.lines if any(value is not None for value in line.fine.values)]
    if not lines:
        return element(
            "figure", element("figcaption", *head), element("p", chart.no_data, class_="none"), class_="chart"
        )
    top = top_of([value for line in lines for value in line.fine.values if value is not None])
    missing = [line.name for line in chart.lines if line not in lines]
    told = [element("p", f"No data of: {listed(missing)}.", class_="soft")] if missing else []
    return element(
        "figure",
        element("figcaption", *head, *told),
        _legend(lines) if len(chart.lines) > 1 else None,
        _plot(chart, lines, top),
        _told(chart, lines),
        class_="chart",
    )


def _legend(lines: Sequence[Line]) -> Markup:
    return element("ul", *(element("li", _key(line), line.name) for line in lines), class_="legend")


def _key(line: Line) -> Markup:
    stroke = element("line", x1="0", y1="5", x2="28", y2="5", class_=f"line l{line.look}")
    return element("svg", stroke, class_="key", viewBox="0 0 28 10", aria_hidden="true")


def _plot(chart: Chart, lines: Sequence[Line], top: float) -> Markup:
    x_labels = [
        element("span", clock(at_s), style=f"left:{at_s / chart.duration_s:.2%}")
        for at_s in time_ticks(chart.duration_s)
        if at_s <= chart.duration_s * 0.97
    ]
    y_labels = [element("span", chart.form(value), style=f"bottom:{value / top:.2%}") for value in ticks(top)]
    drawing = element(
        "svg",
        *_ground(chart, top),
        *(
            element("path", d=_path(line.fine, chart.duration_s, top), class_=f"line l{line.look}")
            for line in reversed(lines)  # the first, the lowest as a rule, on top
        ),
        _slices(chart, lines),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=_in_words(chart, lines),
    )
    names = [
        element("span", band.name, style=f"left:{band.from_s / chart.duration_s:.2%}", aria_hidden="true")
        for band in chart.bands
        if band.name and band.from_s < chart.duration_s
    ]
    return element(
        "div",
        element("div", *y_labels, class_="ys", aria_hidden="true"),
        element("div", drawing, *names, class_="drawing"),
        element("div", *x_labels, class_="xs", aria_hidden="true"),
        class_="plot",
    )


def _ground(chart: Chart, top: float) -> list[Markup]:
    """Return what lies behind the lines: the warm-up, the grid, and the marks."""
    x = _WIDTH / chart.duration_s
    bands = [
        element(
            "rect",
            element("title", band.text),
            x=f"{band.from_s * x:.1f}",
            y="0",
            width=f"{(min(band.to_s, chart.duration_s) - band.from_s) * x:.1f}",
            height=str(_HEIGHT),
            class_=f"band {band.name}".rstrip(),
        )
        for band in chart.bands
        if band.from_s < chart.duration_s
    ]
    grid = "".join(f"M0 {_y(value, top)}h{_WIDTH}" for value in ticks(top))
    marks = [mark for mark in chart.marks if mark.at_s <= chart.duration_s]
    return [*bands, element("path", d=grid, class_="grid"), *_marks(marks, x)]


def _marks(marks: Sequence[Mark], x: float) -> list[Markup]:
    """Return the marks, each with its words; where they are many, all of a kind at once and without."""
    if len(marks) <= _TOLD_MARKS:
        return [
            element("path", element("title", mark.text), d=_upright(mark, x), class_=f"mark {mark.kind}")
            for mark in marks
        ]
    kinds = dict.fromkeys(mark.kind for mark in marks)
    return [
        element(
            "path",
            d="".join(_upright(mark, x) for mark in marks if mark.kind == kind),
            class_=f"mark {kind} many",
        )
        for kind in kinds
    ]


def _upright(mark: Mark, x: float) -> str:
    return f"M{mark.at_s * x:.0f} 0v{_HEIGHT}"


def _path(points: Points, duration_s: float, top: float) -> str:
    """Return a line through the middles of its stretches of time; one alone is a dot, a gap is a gap."""
    parts: list[str] = []
    last: tuple[int, int] | None = None
    for at_s, value in zip(points.times_s, points.values, strict=True):
        if value is None:
            last = None
            continue
        x, y = round((at_s + points.width_s / 2) / duration_s * _WIDTH), _y(value, top)
        parts.append(f"M{x} {y}h0" if last is None else f"l{x - last[0]} {y - last[1]}".replace(" -", "-"))
        last = x, y
    return "".join(parts)


def _y(value: float, top: float) -> int:
    return round(_HEIGHT - value / top * _HEIGHT)


def _slices(chart: Chart, lines: Sequence[Line]) -> Markup:
    """Return a strip for each stretch of time that tells its values to who points at it."""
    first = lines[0].coarse
    x = _WIDTH / chart.duration_s
    strips = []
    for index, at_s in enumerate(first.times_s):
        values = [f"{line.name} {_value(chart, line.coarse.values[index])}" for line in lines]
        text = f"{clock(at_s)}: {', '.join(values)}"
        strips.append(
            element(
                "rect",
                element("title", text),
                x=f"{at_s * x:.0f}",
                width=f"{first.width_s * x:.0f}",
                height=str(_HEIGHT),
            )
        )
    return element("g", *strips, class_="slices")


def _value(chart: Chart, value: float | None) -> str:
    return "no data" if value is None else chart.form(value)


def _in_words(chart: Chart, lines: Sequence[Line]) -> str:
    told = []
    for line in lines:
        values = [value for value in line.fine.values if value is not None]
        told.append(f"{line.name} from {chart.form(min(values))} to {chart.form(max(values))}")
    return f"{chart.title}, {chart.unit}: {', '.join(told)}. The figures are in the table below."


def _told(chart: Chart, lines: Sequence[Line]) -> Markup:
    columns = [Column("from"), *(Column(line.name) for line in lines)]
    rows = []
    for index, at_s in enumerate(lines[0].coarse.times_s):
        values = [_value(chart, line.coarse.values[index]) for line in lines]
        rows.append([head_cell(clock(at_s)), *(cell(value) for value in values)])
    caption = f"{chart.title}, {chart.unit}, by time of the run"
    return element(
        "details",
        element("summary", "Figures of this chart"),
        joined(table(caption, columns, rows, "series")),
    )
