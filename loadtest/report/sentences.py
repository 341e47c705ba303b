"""The sentences of a report, made from ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.wording import amount, listed

__all__ = [
    "assertion",
    "exit_of",
    "failures",
    "generator",
    "headline",
    "navigations",
    "residue",
    "thresholds",
]


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


def exit_of(row: Mapping[str, Any]) -> str:
    """Return that a server process ended while the run was on, without dying: ``server.exits[]``."""
    when = "while the run was on" if row["at_s"] is None else f"{row['at_s']:,.1f} s into the run"
    return f"Server process {row['pid']} ({row['command']}) exited {when}; its counts are whole"


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


def assertion(row: Mapping[str, Any]) -> str:
    """Return in how many visits an assertion held, was broken, and could not be told."""
    parts = [
        f"held {row['held']:,}",
        f"broken {row['broken']:,}",
        f"could not be told {row['not_judged']:,}",
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
