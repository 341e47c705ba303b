"""The sentences of a comparison."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from loadtest.comparison.findings import ComparedFinding, Fate
from loadtest.comparison.result import Comparison, SideFacts
from loadtest.comparison.thresholds import ChangedThreshold
from loadtest.report.wording import amount, clipped_at_word, out_of

__all__ = ["FATES", "finding", "method", "side", "sides", "threshold"]

FATES: Mapping[Fate, str] = MappingProxyType(
    {Fate.NEW: "new", Fate.STILL_THERE: "still there", Fate.GONE: "gone"}
)
_LONGEST = 200


def sides(comparison: Comparison) -> Iterator[tuple[str, SideFacts]]:
    """Yield every side with what it is called."""
    yield "Baseline", comparison.baseline
    many = len(comparison.candidates) > 1
    for number, facts in enumerate(comparison.candidates, start=1):
        yield f"Candidate {number}" if many else "Candidate", facts


def side(facts: SideFacts) -> str:
    """Return what a side is, without its name."""
    verdicts = ", ".join(dict.fromkeys(facts.verdicts))
    lag = "" if facts.lag_p99_ms is None else f", generator's lag p99 {facts.lag_p99_ms:.1f} ms"
    runs = f"{amount(len(facts.runs), 'run')}, " if len(facts.runs) > 1 else ""
    return f"{runs}{amount(facts.visits, 'visit')}, {verdicts}{lag}"


def finding(one: ComparedFinding) -> str:
    """Return one finding, and in how many visits it was seen."""
    place = f" ({one.place})" if one.place else ""
    moved = f", line {one.moved_from} before" if one.moved_from is not None else ""
    text = f"{one.kind.replace('_', ' ')}: {clipped_at_word(one.what, _LONGEST)}{place}{moved}"
    after, before = out_of(one.after, one.after_of), out_of(one.before, one.before_of)
    match one.fate:
        case Fate.NEW:
            text += f", in {after} visits, {before} of the baseline"
        case Fate.GONE:
            text += f", in {before} visits of the baseline, {after} now"
        case Fate.STILL_THERE:
            text += f", in {after} visits, before in {before}"
    return f"{text}; chance alone could explain it" if one.may_be_chance else text


def threshold(one: ChangedThreshold) -> str:
    """Return one threshold that changed."""
    words = [(word or "not there").replace("_", " ") for word in (one.before, one.after)]
    values = ["-" if number is None else f"{number:,.6g}" for number in (one.value_before, one.value_after)]
    text = f"{one.metric} {one.expression}: {words[0]} ({values[0]}) before, {words[1]} ({values[1]}) now"
    is_crossed = (one.before, one.after) == ("pass", "fail") and not one.is_worse
    return f"{text}; whether that is more than chance, its figure tells" if is_crossed else text


def method(comparison: Comparison) -> str:
    """Return how it was judged, in one sentence."""
    once = f"about once in {1 / comparison.family:.0f} comparisons"
    return (
        f"Worse is what lies beyond {comparison.smallest * 100:.3g} % (and {comparison.least_ms:g} ms of a "
        "latency) with its whole interval; intervals are so wide that all of them together call a run of the "
        f"same code different {once}, as long as such runs vary no more than is assumed or was seen"
    )
