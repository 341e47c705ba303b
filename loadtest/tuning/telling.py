"""What a search says while it is on."""

import math
from collections.abc import Sequence

from loadtest.tuning.judgement import Word
from loadtest.tuning.knob import Knob
from loadtest.tuning.probe import Probed
from loadtest.tuning.reading import Knee
from loadtest.tuning.search import Bounds, Search

__all__ = ["knee_text", "probe_line", "remaining"]

_VERBS = {Word.PASS: "holds", Word.FAIL: "fails", Word.UNCLEAR: "says nothing"}


def probe_line(probed: Probed, knob: Knob, knee: Knee | None, bounds: Bounds) -> str:
    """Return a probe's line: ``probe 7: 212/s fails: … · knee between 180 and 212/s (90 % sure)``."""
    verb = _VERBS[probed.judgement.word]
    told = f": {probed.judgement.reason}" if probed.judgement.reason else ""
    known = f" · {knee_text(knee, knob, bounds)}" if knee else ""
    return f"probe {probed.number}: {knob.told(probed.value)} {verb}{told}{known}"


def knee_text(knee: Knee, knob: Knob, bounds: Bounds) -> str:
    """Return the interval in words."""
    return f"knee between {knee.low:.4g} and {knob.told(knee.high)} ({bounds.confidence:.0%} sure)"


def remaining(search: Search, took_s: Sequence[float], budget_s: float) -> str:
    """Return how long it will take: the interval narrows with the root of the number of probes."""
    if not took_s or not search.knee or not search.readings:
        return ""
    done = len(search.readings)
    more = done * ((search.knee.width / search.bounds.width) ** 2 - 1)
    mean_s = sum(took_s) / len(took_s)
    left_s = min(max(more, 1) * mean_s, max(budget_s, 0.0))
    return f" · about {math.ceil(left_s / 60)} min more" if left_s > 60 else f" · about {left_s:.0f} s more"
