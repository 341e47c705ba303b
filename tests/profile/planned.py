"""Stages as hypothesis makes them up, and what they mean, said a second time without the code under test."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from loadtest.profile.model import Rate, Stage, Turn
from loadtest.profile.stages_table import StageTable

__all__ = ["Planned", "Stretch", "plans", "worst_case"]

_MOST_PER_S = 300.0
_SINE_ERROR = 0.0005
"""Of the height that a sine swings: its pieces are straight."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stages one after another whose arrivals are spread alike."""

    start_s: float
    end_s: float
    arrivals: str
    burst_size: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule: rows of ``[[stages]]`` as TOML has them, and turns of the rate."""

    rows: Sequence[Mapping[str, Any]]
    turns: Sequence[Turn]
    seed: int

    @property
    def stages(self) -> list[Stage]:
        """Build the stages as a profile does."""
        return [StageTable.model_validate(row).build(200) for row in self.rows]

    @property
    def ends(self) -> list[float]:
        """Return where the stages end."""
        ends, now_s = [], 0.0
        for row in self.rows:
            now_s += _duration_s(row)
            ends.append(now_s)
        return ends

    def stretches(self) -> Iterator[Stretch]:
        """Yield what is spread alike."""
        last: Stretch | None = None
        start_s = 0.0
        for row, end_s in zip(self.rows, self.ends, strict=True):
            arrivals = row.get("arrivals", "constant" if "trace" in row else "poisson")
            size = row.get("burst_size", 10) if arrivals == "bursts" else 1
            if last and (last.arrivals, last.burst_size) == (arrivals, size):
                last = Stretch(last.start_s, end_s, arrivals, size)
            else:
                if last:
                    yield last
                last = Stretch(start_s, end_s, arrivals, size)
            start_s = end_s
        if last:
            yield last

    def count(self, from_s: float, to_s: float) -> float:
        """Return how many are due on average in a window."""
        knob = [turn for turn in self.turns if turn.rate is not None]
        edges = [0.0, *(turn.at_s for turn in knob), math.inf]
        rates = [Rate(1.0, True), *(turn.rate for turn in knob if turn.rate)]
        total = 0.0
        for rate, begin_s, end_s in zip(rates, edges, edges[1:], strict=False):
            low, high = max(from_s, begin_s), min(to_s, end_s, self.ends[-1])
            if low < high:
                total += rate.value * (self._planned(low, high) if rate.is_factor else high - low)
        return total

    def _planned(self, from_s: float, to_s: float) -> float:
        start_s, total = 0.0, 0.0
        for row, end_s in zip(self.rows, self.ends, strict=True):
            low, high = max(from_s, start_s), min(to_s, end_s)
            if low < high:
                total += _brought(row, high - start_s) - _brought(row, low - start_s)
            start_s = end_s
        return total

    def doubt(self, from_s: float, to_s: float) -> float:
        """Return how far off an average may be because a sine is drawn with straight lines."""
        swings = [
            abs(row["rate_per_s"][1] - row["rate_per_s"][0])
            for row in self.rows
            if row.get("shape") == "sine"
        ]
        factor = max([1.0, *(turn.rate.value for turn in self.turns if turn.rate and turn.rate.is_factor)])
        return factor * max(swings, default=0.0) * (to_s - from_s) * _SINE_ERROR + 1e-6


def _duration_s(row: Mapping[str, Any]) -> float:
    return float(row.get("duration_s") or row["trace"]["length_s"])


def _brought(row: Mapping[str, Any], now_s: float) -> float:
    """Return how many a stage has brought so many seconds after its start: the area under its rate."""
    duration_s = _duration_s(row)
    if "trace" in row:
        counts = row["trace"]["counts"]
        scale = row["rate_per_s"] * duration_s / sum(counts) if "rate_per_s" in row else 1.0
        place = min(now_s / duration_s, 1.0) * len(counts)
        whole = min(int(place), len(counts) - 1)
        return scale * float(sum(counts[:whole]) + counts[whole] * (place - whole))
    rates = row["rate_per_s"]
    if not isinstance(rates, list):
        return float(rates * now_s)
    low, high = rates
    match row.get("shape", "linear"):
        case "step":
            steps = row.get("steps", 5)
            length_s = duration_s / steps
            whole = min(int(now_s / length_s), steps - 1)
            heights = [low + (high - low) * step / (steps - 1) for step in range(steps)]
            return float(sum(heights[:whole]) * length_s + heights[whole] * (now_s - whole * length_s))
        case "spike":
            spike_s = row.get("spike_s", duration_s / 5)
            in_spike_s = min(max(now_s - (duration_s - spike_s) / 2, 0.0), spike_s)
            return float(low * now_s + (high - low) * in_spike_s)
        case "sine":
            turn = math.tau / row.get("period_s", duration_s)
            return float((low + high) / 2 * now_s - (high - low) / 2 * math.sin(turn * now_s) / turn)
        case _:
            return float(low * now_s + (high - low) * now_s * now_s / 2 / duration_s)


@st.composite
def _row(draw: st.DrawFn) -> dict[str, Any]:
    rate = st.floats(0.5, _MOST_PER_S)
    kind = draw(st.sampled_from(["constant", "linear", "step", "spike", "sine", "trace"]))
    duration_s = draw(st.floats(0.2, 5))
    row: dict[str, Any] = {"duration_s": duration_s}
    match kind:
        case "constant":
            row["rate_per_s"] = draw(rate)
        case "trace":
            counts = draw(st.lists(st.integers(0, 60), min_size=1, max_size=20).filter(any))
            row["trace"] = {"file": "t.csv", "length_s": draw(st.floats(0.2, 5)), "counts": counts}
            if draw(st.booleans()):
                del row["duration_s"]
            if draw(st.booleans()):
                row["rate_per_s"] = draw(rate)
        case _:
            row |= {"shape": kind, "rate_per_s": [draw(st.just(0.0) | rate), draw(rate)]}
    more = {
        "step": st.tuples(st.just("steps"), st.integers(2, 9)),
        "spike": st.tuples(st.just("spike_s"), st.floats(0.01, 0.99).map(lambda part: part * duration_s)),
        "sine": st.tuples(st.just("period_s"), st.floats(0.1, 2).map(lambda part: part * duration_s)),
    }
    if kind in more and draw(st.booleans()):
        key, value = draw(more[kind])
        row[key] = value
    arrivals = draw(st.sampled_from([None, "poisson", "constant", "bursts"]))
    if arrivals:
        row["arrivals"] = arrivals
    if arrivals == "bursts" and draw(st.booleans()):
        row["burst_size"] = draw(st.integers(1, 30))
    return row


_turns = st.lists(
    st.builds(
        Turn,
        st.floats(0, 12),
        st.builds(Rate, st.just(0.0) | st.floats(0.1, 3), st.just(True))
        | st.builds(Rate, st.just(0.0) | st.floats(0.5, _MOST_PER_S), st.just(False)),
    ),
    max_size=3,
).map(lambda turns: sorted(turns, key=lambda turn: turn.at_s))


@st.composite
def plans(draw: st.DrawFn) -> Planned:
    """Make up a schedule of every shape, law and turn; the first stages may be warm-up."""
    rows = draw(st.lists(_row(), min_size=1, max_size=4))
    for row in rows[: draw(st.integers(0, len(rows) - 1))]:
        row["warm_up"] = True
    return Planned(rows, draw(_turns), draw(st.integers(0, 2**64)))


def worst_case(mean: float, count: int) -> float:
    """Return how likely a Poisson number with this mean is as far off as ``count``, on its side; exact.

    The terms of the tail from ``count`` outwards, each from the one before it.
    """
    if mean <= 0:
        return 1.0 if count == 0 else 0.0
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    total, k = 0.0, count
    while term > total * 1e-12 and k >= 0:
        total += term
        if count >= mean:
            k += 1
            term *= mean / k
        else:
            term *= k / mean
            k -= 1
    return total
