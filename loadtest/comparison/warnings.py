"""What a reader must know beside the verdict: what these runs cannot tell, and why."""

from collections.abc import Iterator, Sequence

from loadtest.comparison.observed import ObservedRun
from loadtest.comparison.side import Side
from loadtest.report.info import RunVerdict
from loadtest.report.limits import LAG_LIMIT_MS
from loadtest.report.wording import listed

__all__ = ["warnings_of"]


def warnings_of(sides: Sequence[Side], observed: Sequence[Sequence[ObservedRun]]) -> Iterator[str]:
    """Yield one sentence for each."""
    yield from _saturated(sides, observed)
    for side in sides:
        for one in side.runs:
            if one.summary["verdict"] == RunVerdict.INCONCLUSIVE and one.is_whole:
                reason = next(iter(one.summary["reasons"]), "")
                yield f"{one.run.path} is inconclusive itself: {reason}"
    if any(not one.is_whole for side in sides for one in side.runs):
        yield "a run was cut short: all are compared up to what it has"
    if any(len(side.runs) == 1 for side in sides):
        yield (
            "how much such runs vary from one to the next is assumed (1 % of a median), not measured: "
            "give several runs of each side (--baseline A1 --baseline A2 B1 B2)"
        )
    yield from _same_process(sides)


def _saturated(sides: Sequence[Side], observed: Sequence[Sequence[ObservedRun]]) -> Iterator[str]:
    busy = [
        f"{one.run.path} (lag p99 {seen.busy.generator.p99_ms:.1f} ms)"
        for side, runs in zip(sides, observed, strict=True)
        for one, seen in zip(side.runs, runs, strict=True)
        if seen.busy.generator is not None and seen.busy.is_saturated
    ]
    if busy:
        yield (
            f"the generator lagged more than {LAG_LIMIT_MS:g} ms in {listed(busy)}: what is longer there "
            "counts only after ten times that lag has been taken off; run both sides on a quieter machine, "
            "or both with the same, higher --workers"
        )
    if any(seen.busy.generator is None for runs in observed for seen in runs):
        yield "of a run nobody knows how much its generator lagged: its latencies may be too high"


def _same_process(sides: Sequence[Side]) -> Iterator[str]:
    boots = [
        {
            process.boot
            for one in side.runs
            for process in (one.run.server.processes if one.run.server else ())
        }
        for side in sides
    ]
    if any(boots[0] & later for later in boots[1:]):
        yield (
            "one server process served the baseline and a candidate: it is the same code, and what the first "
            "run left in its memory is the second's, too"
        )
