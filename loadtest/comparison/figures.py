"""Every figure that is compared, in the order in which it is told."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from loadtest.comparison.counts import Counted, difference
from loadtest.comparison.estimate import Estimate, Figure, Group, Judged, Scale, Unit, Word
from loadtest.comparison.lag import handler_lag_ms, phase_lag_ms
from loadtest.comparison.latencies import (
    ASSUMED,
    LogRatio,
    Variation,
    compare_percentile,
    least_count,
    with_runs,
)
from loadtest.comparison.observed import ERRORS, RESIDUE, ObservedRun
from loadtest.comparison.settings import Smallest
from loadtest.comparison.visits import RATES, PhaseKey
from loadtest.comparison.windows import Columns
from loadtest.navigation.phase import Phase

__all__ = ["Pair", "compare_figures"]

_LEAST_WINDOWS = 8
"""Fewer tell nothing of how a run varies."""
_MEMORY_ASSUMED = 0.03
"""The deviation of a server's memory's logarithm from run to run, where no runs tell it."""
_TOLD_ONLY = frozenset({"late"})
"""The generator's own doing."""
_SUM = "failures"
_COUNTS = MappingProxyType(
    {
        **{name: f"navigations.{name}" for name in RATES if name not in _TOLD_ONLY},
        ERRORS: "server.errors",
        RESIDUE: "server.residue",
    }
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A candidate beside the baseline."""

    before: Sequence[ObservedRun]
    after: Sequence[ObservedRun]
    candidate: int
    smallest: Smallest


def compare_figures(pair: Pair) -> Iterator[Estimate | Judged]:
    """Yield an estimate of each figure, or why there is none; what neither run has is left out."""
    for phase in Phase:
        for is_from_due in (False, True):
            yield from _phase(pair, PhaseKey(phase, is_from_due=is_from_due))
    for key in dict.fromkeys(key for run in (*pair.before, *pair.after) for key in run.handlers):
        label = key.event if key.namespace == "/" else f"{key.namespace} {key.event}"
        kind = ".ack" if key.is_ack else ""
        yield from _percentiles(
            pair,
            [run.handlers.get(key) for run in pair.before],
            [run.handlers.get(key) for run in pair.after],
            Figure(Group.HANDLERS, f"server.handlers {label}{kind}", Unit.MS, label + kind.replace(".", " ")),
        )
    for name, metric in _COUNTS.items():
        yield from _count(pair, name, Figure(Group.VISITS, metric, Unit.SHARE, name))
    yield from _memory(pair)


def _phase(pair: Pair, key: PhaseKey) -> Iterator[Estimate | Judged]:
    kind = ".from_due" if key.is_from_due else ""
    group = Group.FROM_DUE if key.is_from_due else Group.PHASES
    yield from _percentiles(
        pair,
        [run.phases.get(key) for run in pair.before],
        [run.phases.get(key) for run in pair.after],
        Figure(group, f"phases.{key.phase}{kind}", Unit.MS, str(key.phase)),
    )


def _percentiles(
    pair: Pair, before: Sequence[Columns | None], after: Sequence[Columns | None], figure: Figure
) -> Iterator[Estimate | Judged]:
    if not any(one and one.count for one in (*before, *after)):
        return
    for share in ASSUMED:
        percent = round(share * 100)
        one = Figure(figure.group, f"{figure.name} p({percent})", figure.unit, figure.label, f"p{percent}")
        yield _percentile(pair, before, after, share, one)


def _percentile(
    pair: Pair,
    before: Sequence[Columns | None],
    after: Sequence[Columns | None],
    share: float,
    figure: Figure,
) -> Estimate | Judged:
    lower = [one for one in before if one and one.count]
    upper = [one for one in after if one and one.count]
    if len(lower) < len(before) or len(upper) < len(after):
        which = "the baseline" if len(lower) < len(before) else "the candidate"
        return _without(pair, figure, lower, upper, share, f"nothing was counted in {which}")
    if len(lower[0].counts[-1]) < _LEAST_WINDOWS:
        return _without(pair, figure, lower, upper, share, "the runs are too short")
    ratio = compare_percentile(lower, upper, share)
    if ratio is None:
        least = f"a run has fewer than {least_count(share):,} of them"
        return _without(pair, figure, lower, upper, share, least)
    limit = pair.smallest.log_of(ratio.before, ratio.after)
    return Estimate(
        figure=figure,
        candidate=pair.candidate,
        before=ratio.before,
        after=ratio.after,
        scale=Scale.RATIO,
        bounds=ratio.bounds,
        worse_above=limit,
        better_below=-limit,
        lag_up=_taken_off(ratio.after, _lag_ms(pair, figure, share, is_up=True)),
        lag_down=_taken_off(ratio.before, _lag_ms(pair, figure, share, is_up=False)),
    )


def _lag_ms(pair: Pair, figure: Figure, share: float, *, is_up: bool) -> float:
    longer, shorter = (pair.after, pair.before) if is_up else (pair.before, pair.after)
    there, other = [run.busy for run in longer], [run.busy for run in shorter]
    if figure.group is Group.HANDLERS:
        return handler_lag_ms(share, there, other)
    phases = list(Phase).index(Phase(figure.label)) + 1 if figure.group is Group.FROM_DUE else 1
    return phase_lag_ms(share, there, other, phases)


def _taken_off(value_ms: float, lag_ms: float) -> float:
    """Return by how much a latency's logarithm is less when so much is taken off; infinity: all of it."""
    return -math.log1p(-lag_ms / value_ms) if lag_ms < value_ms else math.inf


def _without(
    pair: Pair,
    figure: Figure,
    before: Sequence[Columns],
    after: Sequence[Columns],
    share: float,
    reason: str,
) -> Judged:
    return Judged(
        figure=figure,
        candidate=pair.candidate,
        before=_told(before, share),
        after=_told(after, share),
        word=Word.NO_DATA,
        reason=reason,
    )


def _told(columns: Sequence[Columns], share: float) -> float | None:
    values = [one.quantile_ms(share, [1] * len(one.counts[-1])) for one in columns]
    known = [math.log(value) for value in values if value is not None]
    return math.exp(sum(known) / len(known)) if known else None


def _count(pair: Pair, name: str, figure: Figure) -> Iterator[Estimate | Judged]:
    sides = []
    for runs in (pair.before, pair.after):
        if not all(name in run.tallies for run in runs):
            return  # the hooks are not there, or the server had no quiet: that is told elsewhere
        stretches = [tally for run in runs for tally in run.tallies[name]]
        sides.append(Counted.of_stretches(stretches))
    before, after = sides
    if not (before.of and after.of) or not (before.count or after.count):
        return  # cannot differ, and takes nothing from the others (Tarone 1990, Biometrics 46)
    if name == _SUM and not _is_sum_of_several(pair):
        return
    yield Estimate(
        figure=figure,
        candidate=pair.candidate,
        before=before.rate,
        after=after.rate,
        scale=Scale.DIFFERENCE,
        bounds=lambda z: difference(before, after, z),
        worse_above=pair.smallest.share * before.rate,
        better_below=-pair.smallest.share * after.rate,
    )


def _is_sum_of_several(pair: Pair) -> bool:
    """Return whether visits failed in several ways: of one way the sum says nothing new."""
    kinds = ("refused", "lost", "timed_out", "failed")
    runs = [*pair.before, *pair.after]
    return sum(any(tally.count for run in runs for tally in run.tallies[kind]) for kind in kinds) > 1


def _memory(pair: Pair) -> Iterator[Estimate]:
    before = [math.log(run.rss_bytes) for run in pair.before if run.rss_bytes]
    after = [math.log(run.rss_bytes) for run in pair.after if run.rss_bytes]
    if len(before) < len(pair.before) or len(after) < len(pair.after):
        return
    lower, upper = sum(before) / len(before), sum(after) / len(after)
    variation = with_runs(Variation(0.0, math.inf), before, after, _MEMORY_ASSUMED)
    ratio = LogRatio(math.exp(lower), math.exp(upper), upper - lower, variation)
    limit = math.log1p(pair.smallest.share)
    yield Estimate(
        figure=Figure(Group.SERVER, "server.rss_bytes", Unit.BYTES, "memory at the end"),
        candidate=pair.candidate,
        before=ratio.before,
        after=ratio.after,
        scale=Scale.RATIO,
        bounds=ratio.bounds,
        worse_above=limit,
        better_below=-limit,
    )
