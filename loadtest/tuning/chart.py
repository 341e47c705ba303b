"""A chart of a search as inline SVG: the value against a figure, a mark a probe."""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["draw"]

_WIDTH, _HEIGHT = 860, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 16, 44


def draw(
    points: Sequence[tuple[Mapping[str, Any], float]],
    knee: Mapping[str, float] | None,
    unit_x: str,
    unit_y: str,
    limit: float | None,
) -> str:
    """Return one chart as inline SVG; the value's axis is logarithmic, and so is a latency's."""
    if not points:
        return '<p class="dim">No data.</p>'
    is_log = unit_y == "ms"
    values = [probe["value"] for probe, _ in points] + ([knee["low"], knee["high"]] if knee else [])
    heights = [height for _, height in points] + ([limit] if limit else [])
    x = _Scale(min(values) / 1.1, max(values) * 1.1, _LEFT, _WIDTH - _RIGHT, is_log=True)
    low = min(heights) / 1.3 if is_log else 0.0
    high = max(heights) * 1.3 if is_log else max(*heights, 1.0) * 1.1
    y = _Scale(max(low, 1e-3) if is_log else low, high, _HEIGHT - _BOTTOM, _TOP, is_log=is_log)
    about = html.escape(f"{unit_y} against {unit_x}")
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{about}">']
    for tick in y.ticks():
        at = y.at(tick)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in x.ticks():
        at = x.at(tick)
        parts.append(f'<line class="grid" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" x1="{at:.1f}" x2="{at:.1f}"/>')
        parts.append(f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
    if knee:
        left, right, at = (x.at(knee[key]) for key in ("low", "high", "value"))
        tall = _HEIGHT - _BOTTOM - _TOP
        wide = max(right - left, 1.5)
        parts.append(
            f'<rect class="band" x="{left:.1f}" width="{wide:.1f}" y="{_TOP}" height="{tall}"/>'
            f'<line class="knee" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
        )
    if limit:
        at = y.at(limit)
        parts.append(f'<line class="limit" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
    parts += [_mark(probe, x.at(probe["value"]), y.at(height), height, unit_y) for probe, height in points]
    parts.append(
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{html.escape(unit_x)}</text></svg>'
    )
    return "".join(parts)


class _Scale:
    """Numbers to places on the page."""

    def __init__(self, low: float, high: float, first: float, last: float, *, is_log: bool) -> None:
        self._low, self._high, self._is_log = low, max(high, low * 1.001 + 1e-9), is_log
        self._first, self._last = first, last

    def at(self, value: float) -> float:
        if self._is_log:
            share = math.log(max(value, self._low) / self._low) / math.log(self._high / self._low)
        else:
            share = (value - self._low) / (self._high - self._low)
        return self._first + (self._last - self._first) * share

    def ticks(self) -> list[float]:
        if not self._is_log:
            step = 10 ** math.floor(math.log10(self._high))
            step = next(part for part in (step, step / 2, step / 5, step / 10) if self._high / part >= 3)
            return [step * index for index in range(int(self._high / step) + 1)]
        decades = range(math.floor(math.log10(self._low)), math.ceil(math.log10(self._high)) + 1)
        for marks in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
            ticks = [mark * 10.0**decade for decade in decades for mark in marks]
            ticks = [tick for tick in ticks if self._low <= tick <= self._high]
            if len(ticks) >= 3:
                break
        return ticks


def _mark(probe: Mapping[str, Any], x: float, y: float, height: float, unit: str) -> str:
    verdict = probe["verdict"]
    title = (
        f"probe {probe['number']}: {probe['value']:.4g}, {height:.4g} {unit}, {verdict}. {probe['reason']}"
    )
    shape = {
        "pass": f'<circle class="pass" cx="{x:.1f}" cy="{y:.1f}" r="5">',
        "fail": f'<path class="fail" d="M{x:.1f} {y - 6:.1f}l6 11h-12z">',
    }.get(verdict, f'<path class="unclear" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z">')
    return f"{shape}<title>{html.escape(title)}</title></{'circle' if verdict == 'pass' else 'path'}>"
