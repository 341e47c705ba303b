"""The sentences of a report, made from ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.navigation.point import POINTS
from loadtest.report.finding import ANY, ENDED_BY_SERVER
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.wording import amount, clipped, listed, out_of

__all__ = [
    "failures",
    "generator",
    "growth",
    "headline",
    "last_frames",
    "manners",
    "navigations",
    "place",
    "point",
    "residue",
    "source",
    "thresholds",
]

_LONGEST_EVENT = 40
_NAMED_POINTS = 4
"""Up to so many points are told with their names."""


def headline(summary: Mapping[str, Any]) -> str:
    """Return what follows the verdict in its sentence."""
    found = [amount(len(summary["findings"]), "finding")] if summary["findings"] else []
    # A default threshold that fails says again what the findings say.
    written = [result for result in summary["thresholds"] if not (found and result["is_default"])]
    failed = _count(written, "fail")
    if failed:
        found.append(amount(failed, "threshold that does not hold", "thresholds that do not hold"))
    watched = "" if summary["server"] else ", judged by the clients alone"
    return f"{listed(found) or 'no finding'} in {amount(summary['navigations']['started'], 'visit')}{watched}"


def _count(results: Sequence[Mapping[str, Any]], verdict: str) -> int:
    return sum(result["verdict"] == verdict for result in results)


def point(point_id: str) -> str:
    """Return a point with its name: ``P16 (before_handshake)``."""
    known = POINTS.get(point_id)
    return f"{point_id} ({known.name})" if known else point_id


def place(finding: Mapping[str, Any]) -> str:
    """Return which visits showed a finding, and which did not."""
    at: Sequence[str] = finding["at"]
    share = out_of(finding["count"], finding["of"])
    if not at:
        text = "in no visit that has a record"
    elif not finding["elsewhere_of"]:
        where = "all of which left at" if len(at) == 1 else "at all points where visits left:"
        text = f"{share} visits, {where} {_points(at, 'and')}"
    else:
        others = f"{out_of(finding['elsewhere'], finding['elsewhere_of'])} others"
        text = f"{share} visits that left at {_points(at, 'or')}, {others}"
    if finding["unplaced"]:
        text += f"; and {amount(finding['unplaced'], 'visit')} without a record"
    if at and not finding["attributed"]:
        text += f"; {_why_not_attributed(finding)}"
    return text


def _points(at: Sequence[str], last: str) -> str:
    return listed([point(one) for one in at] if len(at) <= _NAMED_POINTS else at, last)


def _why_not_attributed(finding: Mapping[str, Any]) -> str:
    if finding["elsewhere_of"]:
        return "chance could have spread it so, no departure is blamed"
    return "there is nothing to compare with" if len(finding["at"]) == 1 else "no departure is blamed"


def manners(finding: Mapping[str, Any]) -> str:
    """Return in which manners visits had to leave to show a finding."""
    counts: Mapping[str, Mapping[str, int]] = finding["by_manner"]
    if finding["manners"] != ANY:
        needed = set(finding["manners"])
        inside = [counts[manner] for manner in needed]
        outside = [share for manner, share in counts.items() if manner not in needed]
        names = listed(list(map(_manner, finding["manners"])), "or")
        return f"{names}, {_share(inside)}; otherwise {_share(outside)}"
    seen = listed(list(map(_manner, counts)))
    if len(counts) < 2:
        return f"{seen}, no other was seen there" if seen else ""
    is_in_all = all(share["count"] for share in counts.values())
    return f"{'makes no difference' if is_in_all else 'none stands out'} ({seen})"


def _share(counts: Sequence[Mapping[str, int]]) -> str:
    return out_of(sum(share["count"] for share in counts), sum(share["of"] for share in counts))


def _manner(manner: str) -> str:
    return "the server's own doing" if manner == ENDED_BY_SERVER else manner


def source(finding: Mapping[str, Any]) -> str:
    """Return where in the server an error was raised, and how often; empty for other findings."""
    if finding["exceptions"] is None:
        return ""
    text = amount(finding["exceptions"], "exception")
    if finding["file"]:
        text += f" at {finding['file']}:{finding['line']}"
    if finding["event"]:
        text += f", handler of '{clipped(finding['event'], _LONGEST_EVENT)}'"
    return text


def last_frames(traceback: str, most: int) -> Sequence[str]:
    """Return the end of a traceback, at most so many lines of it, from the start of a frame on."""
    lines = traceback.rstrip().splitlines()[-most:]
    starts = (place for place, line in enumerate(lines) if line.startswith("  File "))
    return lines[next(starts, 0) :]


def navigations(summary: Mapping[str, Any]) -> str:
    """Return what became of the navigations."""
    counts = summary["navigations"]
    parts = [
        f"{counts['due']:,} due",
        f"{counts['late']:,} late",
        f"{counts['dropped']:,} dropped for want of a free user",
    ]
    text = f"{', '.join(parts)}; {counts['completed']:,} completed, {counts['left']:,} left as planned"
    return text + (f", {counts['under_way']:,} cut off under way" if counts["under_way"] else "")


def failures(summary: Mapping[str, Any]) -> str:
    """Return how many visits did not end as planned, or nothing."""
    counts = summary["navigations"]
    kinds = {"refused": "refused", "lost": "lost", "timed_out": "timed out", "failed": "failed"}
    told = [f"{counts[key]:,} {words}" for key, words in kinds.items() if counts[key]]
    total = sum(counts[key] for key in kinds)
    return f"{amount(total, 'visit')} did not end as planned: {', '.join(told)}" if told else ""


def residue(counts: Mapping[str, int | None]) -> str:
    """Return what stayed on the server, from ``server.residue`` or a finding's ``left_behind``."""
    known = {key: counts[key] for key in JUDGED_RESIDUE if counts.get(key) is not None}
    if not known:
        return "not known: the server did not report after a quiet"
    unknown = [key for key in JUDGED_RESIDUE if key in counts and counts[key] is None]
    told = ", ".join(f"{count:,} {key}" for key, count in known.items() if count) or "nothing"
    return told + (f" ({listed(unknown)} not known)" if unknown else "")


def growth(counts: Mapping[str, int | None]) -> str:
    """Return how memory and threads changed, where that is known."""
    memory, threads = counts["rss_bytes"], counts["threads"]
    told = [] if memory is None else [f"memory {memory / 1e6:+,.1f} MB"]
    told += [] if threads is None else [f"threads {threads:+,}"]
    return f"; {', '.join(told)} since the run began" if told else ""


def generator(summary: Mapping[str, Any]) -> str:
    """Return how the generator itself fared."""
    figures = summary["generator"]
    if figures is None:
        return "not known"
    cpu, lag = figures["cpu"], figures["loop_lag_p99_ms"]
    parts = [
        amount(figures["processes"], "process", "processes"),
        "CPU not known" if cpu is None else f"{cpu:.0%} of a core",
        "loop lag not known" if lag is None else f"loop lag p99 {lag:,.1f} ms",
    ]
    return ", ".join(parts)


def thresholds(summary: Mapping[str, Any]) -> str:
    """Return how many thresholds hold, fail, and have no data."""
    results = summary["thresholds"]
    if not results:
        return "none"
    counts = {"passed": "pass", "failed": "fail", "without data": "no_data"}
    told = [(words, _count(results, verdict)) for words, verdict in counts.items()]
    text = ", ".join(f"{count:,} {words}" for words, count in told if count)
    return (
        f"{text} (the default ones: no server error, nothing left behind)"
        if results[0]["is_default"]
        else text
    )
