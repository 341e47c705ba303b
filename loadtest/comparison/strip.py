"""An interval drawn: where it lies beside what does not count."""

import math

from loadtest.comparison.estimate import Judged, Scale, Word
from loadtest.report.html.markup import NOTHING, Markup, element

__all__ = ["strip"]

_WIDTH, _HEIGHT = 144.0, 18.0
_MOST = 2.0
"""Twice as long, and half as long, are the ends."""


def strip(one: Judged, smallest: float) -> Markup:
    """Return a drawing of a ratio's interval on a logarithmic scale; nothing of a difference."""
    if one.scale is not Scale.RATIO or one.change is None:
        return NOTHING
    low, high = _place(one.low), _place(one.high if one.high is not None else math.inf)
    middle = f"{_HEIGHT / 2:g}"
    left, right = _place(1 / (1 + smallest)), _place(1 + smallest)
    kind = {Word.WORSE: "line worse", Word.BETTER: "line better"}.get(one.word, "line")
    band = element(
        "rect", x=f"{left:.1f}", y="0", width=f"{right - left:.1f}", height=f"{_HEIGHT:g}", class_="band"
    )
    zero = _place(1.0)
    return element(
        "svg",
        band,
        element("line", x1=f"{zero:.1f}", x2=f"{zero:.1f}", y1="0", y2=f"{_HEIGHT:g}", class_="mark"),
        element("line", x1=f"{low:.1f}", x2=f"{high:.1f}", y1=middle, y2=middle, class_=kind),
        element("circle", cx=f"{_place(one.change):.1f}", cy=middle, r="3"),
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        class_="strip",
        aria_hidden="true",
    )


def _place(ratio: float | None) -> float:
    if ratio is None or ratio <= 0:
        return 0.0
    share = (math.log(ratio) / math.log(_MOST) + 1) / 2 if math.isfinite(ratio) else 1.0
    return min(max(share, 0.0), 1.0) * _WIDTH
