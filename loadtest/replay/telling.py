"""What a replay says: what it sends, and what was seen; text of apps does nothing to a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.replay.count import Count
from loadtest.replay.selection import Selection
from loadtest.replay.written import Written
from loadtest.report.finding import Finding, FindingKind, LedBy
from loadtest.report.placing import point_place
from loadtest.report.wording import amount, clipped, listed

__all__ = ["plan_lines", "result_lines"]

_LONGEST = 200
_POINTS = 6


def plan_lines(selection: Selection, written: Written) -> Iterator[str]:
    """Yield what is about to be sent."""
    extra = len(selection.records) - len(selection.targets)
    yield f"sending {_visits(selection, written)} again: {clipped(selection.finding.what, _LONGEST)}"
    if selection.is_part:
        yield (
            f"these are {len(selection.targets):,} of {selection.showed:,} that showed it, taken evenly; "
            "--all sends them all"
        )
    if extra:
        yield f"and {amount(extra, 'visit')} that came before in the same tabs"
    if written.by_clock:
        yield f"{amount(written.by_clock, 'visit')} left by the clock then, now at the point where it struck"
    idle = f"; {written.left_out_s:.0f} s of idle time left out" if written.left_out_s >= 0.5 else ""
    yield f"{amount(len(written.visits), 'visit')} in {written.duration_s:.2g} s{idle}"


def result_lines(selection: Selection, written: Written, count: Count, folder: Path) -> Iterator[str]:
    """Yield what was seen, and where all of it is."""
    yield _verdict(selection, written, count)
    yield from (f"  {line}" for line in _remarks(selection.finding, count))
    yield f"Files: {folder}"


def _verdict(selection: Selection, written: Written, count: Count) -> str:
    what, seen = clipped(selection.finding.what, _LONGEST), count.seen
    sent = f"replayed {_visits(selection, written)}: {what}"
    if selection.finding.kind is FindingKind.LIVENESS:
        before = f"{amount(seen.of, 'time')} in the run"
        return (
            f"{sent}: again, {amount(seen.again, 'time')} ({before})" if seen.again else f"{sent}: not seen"
        )
    if not seen.again:
        return f"{sent}: not seen, 0 of {seen.of:,}"
    return f"{sent}: again in {seen.again:,} of {seen.of:,}"


def _remarks(finding: Finding, count: Count) -> Iterator[str]:
    if finding.file and count.seen.is_again:
        now = f", now on line {listed([str(line) for line in count.lines])}" if count.lines else ""
        yield f"at {clipped(finding.file, _LONGEST)}:{finding.line}{now}"
    if count.fell_short:
        yield f"{amount(count.fell_short, 'visit')} did not get to where it was seen"
    if count.others:
        yield f"something else was seen: {amount(count.others, 'other finding')}, in its report"


def _visits(selection: Selection, written: Written) -> str:
    """Return how many visits there are of those that showed it, and where they leave: of what the
    visits before them led to, where those left."""
    count, finding = amount(len(selection.targets), "visit"), selection.finding
    if finding.led_by is LedBy.PREVIOUS:
        return f"{count} after one that left at {_points(finding.at)}"
    at = {visit.departs for visit in written.visits if visit.number in selection.targets} - {None}
    points = sorted((point for point in at if point and point not in (STAY, BY_CLOCK)), key=point_place)
    parts = [f"at {_points(points)}"] if points else []
    parts += ["by the clock"] * (BY_CLOCK in at) + ["after a stay"] * (STAY in at)
    return f"{count} that left {listed(parts, 'or')}"


def _points(points: Sequence[str]) -> str:
    return listed(points, "or") if len(points) <= _POINTS else amount(len(points), "point")
