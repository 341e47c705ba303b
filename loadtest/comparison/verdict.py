"""The verdict over a comparison: one sentence, and an exit code."""

from collections.abc import Sequence

from loadtest.comparison.estimate import Group, Judged, Scale, Word
from loadtest.comparison.findings import ComparedFinding, Fate
from loadtest.comparison.likeness import Unlike
from loadtest.comparison.result import SideFacts, Verdict
from loadtest.comparison.thresholds import ChangedThreshold
from loadtest.comparison.wording import change, named
from loadtest.errors import ExitCode
from loadtest.report.wording import amount, clipped, listed

__all__ = ["refused", "verdict_of"]

_NAMED = 3
_LONGEST = 80


def refused(unlike: Sequence[Unlike]) -> Verdict:
    """Return the verdict over runs that were not the same test."""
    grave = [one.what for one in unlike if one.is_grave]
    more = [amount(len(grave) - _NAMED, "more", "more")] if len(grave) > _NAMED else []
    sentence = (
        f"these runs were not the same test: {listed([*grave[:_NAMED], *more])} "
        f"{'differs' if len(grave) == 1 else 'differ'}; --anyway compares them all the same"
    )
    return Verdict("cannot be compared", sentence, ExitCode.INCONCLUSIVE)


def verdict_of(
    figures: Sequence[Judged],
    findings: Sequence[ComparedFinding],
    thresholds: Sequence[ChangedThreshold],
    candidates: Sequence[SideFacts],
) -> Verdict:
    """Return the verdict: worse by anything at all; else no worse, as far as the runs tell."""
    reasons = [
        *_new_findings(findings),
        *_worse_figures(figures),
        *(
            f"the threshold {one.metric} {one.expression} no longer holds"
            for one in thresholds
            if one.is_worse
        ),
    ]
    if reasons:
        guilty = {
            *(one.candidate for one in findings if one.fate is Fate.NEW),
            *(one.candidate for one in figures if one.word is Word.WORSE),
            *(one.candidate for one in thresholds if one.is_worse),
        }
        names = f"{listed([candidates[index].name for index in sorted(guilty)])}: " * (len(candidates) > 1)
        return Verdict("worse", f"{names}{listed(reasons)}", ExitCode.FAIL)
    known = [one for one in figures if one.word is not Word.NO_DATA]
    if all(one.figure.group is Group.SERVER for one in known):  # memory is known of any run, however short
        sentence = "too little was measured of visits for any figure: run longer, or with more visits"
        return Verdict("cannot be compared", sentence, ExitCode.INCONCLUSIVE)
    return Verdict("no worse", _no_worse(known, findings), ExitCode.PASS)


def _new_findings(findings: Sequence[ComparedFinding]) -> list[str]:
    new = [one for one in findings if one.fate is Fate.NEW]
    if not new:
        return []
    first = clipped(new[0].what, _LONGEST)
    return [f"{amount(len(new), 'new finding')} ({first}{', …' if len(new) > 1 else ''})"]


def _worse_figures(figures: Sequence[Judged]) -> list[str]:
    worse = sorted((one for one in figures if one.word is Word.WORSE), key=_strength, reverse=True)
    told = [f"{named(one.figure)} {change(one)}" for one in worse[:_NAMED]]
    more = [amount(len(worse) - _NAMED, "more figure")] if len(worse) > _NAMED else []
    return [*told, *more]


def _strength(one: Judged) -> float:
    """Return how large a change surely is; what became of visits comes before how long anything took."""
    if one.scale is Scale.DIFFERENCE:
        return float("inf")
    assert one.low is not None
    return one.low


def _no_worse(known: Sequence[Judged], findings: Sequence[ComparedFinding]) -> str:
    better = [one for one in known if one.word is Word.BETTER]
    gone = [one for one in findings if one.fate is Fate.GONE]
    unclear = [one for one in known if one.word in (Word.UNCLEAR, Word.LAG)]
    parts = [f"nothing is worse in {amount(len(known), 'figure')}"]
    if better:
        parts.append(f"{len(better):,} better")
    if gone:
        parts.append(f"{amount(len(gone), 'finding')} gone")
    if unclear:
        parts.append(f"{len(unclear):,} not told apart by these runs")
    return ", ".join(parts)
