"""The verdict over a comparison: one sentence, and an exit code."""

from collections.abc import Sequence

from loadtest.comparison.estimate import Group, Judged, Scale, Word
from loadtest.comparison.findings import ComparedFinding, Fate
from loadtest.comparison.likeness import Unlike
from loadtest.comparison.result import SideFacts, Verdict
from loadtest.comparison.thresholds import ChangedThreshold
from loadtest.comparison.wording import change, named
from loadtest.errors import ExitCode
from loadtest.report.wording import amount, clipped_at_word, listed

__all__ = ["refused", "verdict_of"]

_NAMED = 3
_LONGEST = 80
_CHANCE = " (maybe by chance)"


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
    """Return the verdict: worse by anything at all; else better, or no worse, as far as the runs tell."""
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
        return _worse(names, reasons)
    known = [one for one in figures if one.word is not Word.NO_DATA]
    if all(one.figure.group is Group.SERVER for one in known):  # memory is known of any run, however short
        sentence = "too little was measured of visits for any figure: run longer, or with more visits"
        return Verdict("cannot be compared", sentence, ExitCode.INCONCLUSIVE)
    return _no_worse(known, findings)


def _worse(names: str, reasons: Sequence[str]) -> Verdict:
    """Return the verdict with its first reasons; the others are counted: all are told below."""
    first, *rest = reasons[:_NAMED]
    if len(reasons) > _NAMED:
        rest.append(f"{len(reasons) - _NAMED:,} more")
    sentence = f"{names}{listed([first, *rest])}"
    return Verdict(
        "worse", sentence, ExitCode.FAIL, f"{names}{first}", f"also {listed(rest)}" if rest else ""
    )


def _new_findings(findings: Sequence[ComparedFinding]) -> list[str]:
    new = [one for one in findings if one.fate is Fate.NEW]
    if not new:
        return []
    first = clipped_at_word(new[0].what, _LONGEST)
    return [f"{amount(len(new), 'new finding')} ({first}{', …' if len(new) > 1 else ''})"]


def _worse_figures(figures: Sequence[Judged]) -> list[str]:
    worse = sorted((one for one in figures if one.word is Word.WORSE), key=_strength, reverse=True)
    return [f"{named(one.figure)} {change(one)}" for one in worse]


def _strength(one: Judged) -> float:
    """Return how large a change surely is; what became of visits comes before how long anything took."""
    if one.scale is Scale.DIFFERENCE:
        return float("inf")
    assert one.low is not None
    return one.low


def _no_worse(known: Sequence[Judged], findings: Sequence[ComparedFinding]) -> Verdict:
    """Return ``better`` where something surely is and nothing is worse."""
    better = sum(one.word is Word.BETTER for one in known)
    gone = [one for one in findings if one.fate is Fate.GONE]
    by_chance = sum(one.may_be_chance for one in gone)
    unclear = sum(one.word in (Word.UNCLEAR, Word.LAG) for one in known)
    good = [f"{amount(len(gone), 'finding')} gone{_CHANCE * (by_chance == len(gone))}"] if gone else []
    good += [f"{amount(better, 'figure')} better"] if better else []
    rest = [f"nothing is worse in {amount(len(known), 'figure')}"]
    rest += [f"{unclear:,} not told apart by these runs"] if unclear else []
    if not (better or len(gone) > by_chance):
        return Verdict("no worse", ", ".join([rest[0], *good, *rest[1:]]), ExitCode.PASS)
    first, others = listed(good), ", ".join(rest)
    return Verdict("better", f"{first}; {others}", ExitCode.PASS, first, others)
