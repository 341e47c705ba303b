"""The sentences of a report, made from ``summary.json`` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.metrics.threshold import parse
from loadtest.report.server import JUDGED_RESIDUE
from loadtest.report.wording import amount, figure, kept, listed

__all__ = [
    "FAILURES",
    "assertion",
    "exit_of",
    "failures",
    "generator",
    "generator_lag",
    "headline",
    "is_generator_full",
    "left_on_server",
    "measured",
    "navigations",
    "residue",
    "thresholds",
]

FAILURES: Mapping[str, str] = {
    "refused": "refused",
    "lost": "lost",
    "timed_out": "timed out",
    "failed": "failed",
}
"""Outcomes of visits that did not end as planned, and their words."""
_FULL = 0.7
"""Of a core: a process that takes more of it can be late by its own doing."""


def headline(summary: Mapping[str, Any]) -> str:
    """Return what follows the verdict in its sentence."""
    found = [amount(len(summary["findings"]), "finding")] if summary["findings"] else []
    # A default threshold that fails says again what the findings say.
    written = [result for result in summary["thresholds"] if not (found and result["is_default"])]
    failed = _count(written, "fail")
    if failed:
        found.append(amount(failed, "threshold that does not hold", "thresholds that do not hold"))
    watched = "" if summary["server"] else ", judged by the clients alone"
    aborted = summary.get("aborted")
    early = f"ended early at {aborted['at_s']:,.1f} s by a threshold, " if aborted else ""
    return f"{early}{listed(found) or 'no finding'} in {_visits(summary)}{watched}"


def generator_lag(summary: Mapping[str, Any]) -> str:
    """Return how late a saturated generator was, and why as far as its CPU tells; nothing of another."""
    told = summary["generator"]
    if not told or not told["saturated"]:
        return ""
    if told["cpu"] is None:
        why = "the machine was busy, or it takes --workers"
    elif is_generator_full(summary):
        why = f"it took {told['cpu']:.0%} of a core, so use --workers, or a lower rate"
    else:
        why = f"the machine was busy, for it took no more than {told['cpu']:.0%} of a core itself"
    return (
        f"The generator's loop was {told['loop_lag_p99_ms']:.3g} ms late (p99), and latencies may be told "
        f"too high by as much: {why}"
    )


def is_generator_full(summary: Mapping[str, Any]) -> bool:
    """Return whether a generator was late by its own load: its busiest process had most of a core."""
    told = summary["generator"]
    return bool(told and told["saturated"]) and (told["cpu"] or 0.0) >= _FULL


def _visits(summary: Mapping[str, Any]) -> str:
    """Return all visits: findings are looked for in those of the warm-up, too."""
    warm = sum(row["navigations"]["started"] for row in summary["stages"] if row["warm_up"])
    measured = summary["navigations"]["started"] or 0
    text = amount(measured + warm, "visit")
    return f"{text}, {f'{warm:,}' if measured else 'all'} of them warm-up" if warm else text


def _count(results: Sequence[Mapping[str, Any]], verdict: str) -> int:
    return sum(result["verdict"] == verdict for result in results)


def navigations(summary: Mapping[str, Any]) -> str:
    """Return what became of the navigations."""
    counts = summary["navigations"]
    if counts["due"] is None:
        return f"not known, nothing but warm-up ran{_cut_off(counts)}"
    if summary["closed"]:
        users = amount(summary["users"], "user")
        text = f"{amount(counts['started'], 'visit')} by at most {users}, each of whom goes on when done"
    else:
        text = f"{counts['due']:,} due, {counts['late']:,} late, "
        text += f"{counts['dropped']:,} dropped for want of a free user"
    return f"{text}; {counts['completed']:,} completed, {counts['left']:,} left as planned{_cut_off(counts)}"


def _cut_off(counts: Mapping[str, Any]) -> str:
    """Return how many have no record: no other count has these in it."""
    return f"; {counts['under_way']:,} more cut off under way" if counts["under_way"] else ""


def failures(summary: Mapping[str, Any]) -> str:
    """Return how many visits did not end as planned, or nothing."""
    counts = summary["navigations"]
    told = [f"{counts[key]:,} {words}" for key, words in FAILURES.items() if counts[key]]
    total = sum(counts[key] or 0 for key in FAILURES)
    return f"{amount(total, 'visit')} did not end as planned: {', '.join(told)}" if told else ""


def residue(counts: Mapping[str, int | None]) -> str:
    """Return what stayed on the server, from ``server.residue`` or a finding's ``left_behind``."""
    known = {key: count for key in JUDGED_RESIDUE if (count := counts.get(key)) is not None}
    if not known:
        return "not known: the server did not report after a quiet"
    unknown = [key for key in JUDGED_RESIDUE if key in counts and counts[key] is None]
    return kept(known) + (f" ({listed(unknown)} not known)" if unknown else "")


def left_on_server(server: Mapping[str, Any]) -> str:
    """Return what stayed on a server, as far as it is known: a process that died knows of itself alone."""
    rows: Sequence[Mapping[str, Any]] = server["residue_by_process"]
    known = [row["left"] for row in rows if row["is_known"]]
    if not known or len(known) == len(rows):
        return residue(server["residue"])
    processes = amount(len(rows), "process", "processes")
    unknown = (
        f"not known in the {len(rows) - len(known):,} that ended or fell silent before the quiet was over"
    )
    return f"{residue(_added(known))} in {len(known):,} of {processes}, {unknown}"


def _added(counts: Sequence[Mapping[str, int | None]]) -> Mapping[str, int | None]:
    return {
        key: None if any(one[key] is None for one in counts) else sum(one[key] or 0 for one in counts)
        for key in JUDGED_RESIDUE
    }


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


def measured(row: Mapping[str, Any]) -> str:
    """Return the value of one of ``thresholds[]`` in as few digits as show why it holds, or not."""
    return "not known" if row["value"] is None else figure(row["value"], parse(row["expression"]).holds)
