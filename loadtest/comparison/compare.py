"""A comparison made out of the runs of each side: a pure function of their folders."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from loadtest.comparison.estimate import Estimate, Judged
from loadtest.comparison.figures import Pair, compare_figures
from loadtest.comparison.findings import compare_findings
from loadtest.comparison.judging import FAMILY, judge_figures
from loadtest.comparison.lag import lag_of
from loadtest.comparison.likeness import Unlike, unlike
from loadtest.comparison.observed import observe
from loadtest.comparison.result import Comparison, SideFacts
from loadtest.comparison.settings import Smallest
from loadtest.comparison.side import Side, read_side
from loadtest.comparison.thresholds import compare_thresholds
from loadtest.comparison.told import told_figures
from loadtest.comparison.verdict import refused, verdict_of
from loadtest.comparison.warnings import warnings_of
from loadtest.errors import UsageError

__all__ = ["CompareRequest", "compare_runs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """What ``loadtest compare`` was asked for."""

    folders: Sequence[Path]
    baseline: Sequence[Path] = ()
    """The runs of the baseline; none: it is the first of ``folders``."""
    smallest: Smallest = field(default_factory=Smallest)
    allow_unlike: bool = False

    def sides(self) -> tuple[Side, tuple[Side, ...]]:
        """Read the baseline and the candidates.

        With a baseline that is named, all the rest are runs of one candidate; else each is a candidate of its
        own, as benchstat and hyperfine take them.

        Raises:
            RunFolderError: a folder is not there, or holds no run.
            UsageError: there is nothing to compare.
        """
        if self.baseline:
            if not self.folders:
                raise UsageError("compare: names a baseline and no other run; name a candidate's folder, too")
            sides = [read_side(self.baseline), read_side(self.folders)]
        else:
            if len(self.folders) < 2:
                raise UsageError("compare: needs two runs' folders or more; the first is the baseline")
            sides = [read_side([folder]) for folder in self.folders]
        _check_apart(sides)
        return sides[0], tuple(sides[1:])


def compare_runs(request: CompareRequest) -> Comparison:
    """Compare the runs that were named.

    Raises:
        RunFolderError: a folder is not there, or holds no run.
        UsageError: there is nothing to compare.
    """
    baseline, candidates = request.sides()
    differences = _unlike(baseline, candidates)
    blank = Comparison(
        verdict=refused(differences),
        baseline=_facts(baseline),
        candidates=[_facts(side) for side in candidates],
        smallest=request.smallest.share,
        least_ms=request.smallest.least_ms,
        family=FAMILY,
        unlike=differences,
    )
    is_refused = any(one.is_grave for one in differences) and not request.allow_unlike
    return blank if is_refused else _compared(blank, baseline, candidates, request.smallest)


def _compared(
    blank: Comparison, baseline: Side, candidates: Sequence[Side], smallest: Smallest
) -> Comparison:
    observed = observe([baseline, *candidates])
    found = [
        figure
        for index, after in enumerate(observed[1:])
        for figure in compare_figures(Pair(observed[0], after, index, smallest))
    ]
    figures = _judged(found)
    findings = [one for i, side in enumerate(candidates) for one in compare_findings(baseline, side, i)]
    thresholds = [one for i, side in enumerate(candidates) for one in compare_thresholds(baseline, side, i)]
    return replace(
        blank,
        verdict=verdict_of(figures, findings, thresholds, blank.candidates),
        figures=figures,
        told=tuple(told_figures([baseline, *candidates], observed)),
        findings=findings,
        thresholds=thresholds,
        warnings=tuple(warnings_of([baseline, *candidates], observed)),
    )


def _judged(found: Sequence[Estimate | Judged]) -> tuple[Judged, ...]:
    """Judge all estimates together, and leave everything in its order."""
    judged = iter(judge_figures([one for one in found if isinstance(one, Estimate)]))
    return tuple(next(judged) if isinstance(one, Estimate) else one for one in found)


def _unlike(baseline: Side, candidates: Sequence[Side]) -> tuple[Unlike, ...]:
    """Return what differs from the baseline's first run, each once."""
    first, *others = [one for side in (baseline, *candidates) for one in side.runs]
    found = [difference for other in others for difference in unlike(first, other)]
    return tuple(dict.fromkeys(sorted(found, key=lambda one: not one.is_grave)))


def _facts(side: Side) -> SideFacts:
    infos = [one.run.info for one in side.runs]
    lags = [lag.p99_ms for lag in map(lag_of, infos) if lag is not None]
    return SideFacts(
        name=side.name,
        runs=[str(one.run.path) for one in side.runs],
        verdicts=[str(one.summary["verdict"]) for one in side.runs],
        profile=infos[0].profile,
        host=infos[0].host,
        visits=sum(one.summary["navigations"]["started"] or 0 for one in side.runs),
        lag_p99_ms=max(lags, default=None),
    )


def _check_apart(sides: Sequence[Side]) -> None:
    seen: dict[Path, str] = {}
    for side in sides:
        for one in side.runs:
            place = one.run.path.resolve()
            if place in seen:
                raise UsageError(
                    f"{one.run.path}: stands on two sides; a run compared with itself says nothing"
                )
            seen[place] = side.name
