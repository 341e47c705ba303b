"""The table of all metrics; the README's is drawn from it."""

from collections.abc import Iterator

from loadtest.exports.distribution import BOUNDS_S
from loadtest.exports.metric import Kind, Metric

__all__ = ["METRICS", "markdown_table"]

METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "run.info",
            Kind.INFO,
            "The run, and what it was made with",
            ("run", "profile", "seed", "host", "version"),
        ),
        Metric("run.state", Kind.GAUGE, "1 for what it does: idle, hooks, load, quiet or over", ("state",)),
        Metric("run.start_time", Kind.GAUGE, "When its load began, Unix time", unit="s"),
        Metric("run.verdict", Kind.GAUGE, "1 for its verdict, once there is one", ("verdict",)),
        Metric("run.exit_code", Kind.GAUGE, "Its exit code, once there is a verdict"),
        Metric("run.findings", Kind.GAUGE, "Its findings, once there is a verdict", ("kind",)),
        Metric("navigations.due", Kind.COUNTER, "Navigations that have come due", (), "{navigation}"),
        Metric("navigations", Kind.COUNTER, "Visits that have ended", ("outcome",), "{navigation}"),
        Metric("navigations.late", Kind.COUNTER, "Visits that started late", (), "{navigation}"),
        Metric("navigations.dropped", Kind.COUNTER, "Due, and no user was free", (), "{navigation}"),
        Metric("navigations.broken", Kind.COUNTER, "Visits that saw an assertion broken", (), "{navigation}"),
        Metric(
            "navigations.under_way", Kind.GAUGE, "Visits that have begun and not ended", (), "{navigation}"
        ),
        Metric(
            "departures", Kind.COUNTER, "Visits by the point where they ended", ("point",), "{navigation}"
        ),
        Metric("phase.duration", Kind.HISTOGRAM, "From a phase's start to its end", ("phase",), "s"),
        Metric(
            "phase.from_due", Kind.HISTOGRAM, "From when a visit was due to a phase's end", ("phase",), "s"
        ),
        Metric("server.processes", Kind.GAUGE, "Hooked processes that saw this run", (), "{process}"),
        Metric("server.errors", Kind.COUNTER, "Exceptions in the server that count", (), "{error}"),
        Metric("server.handler.calls", Kind.COUNTER, "Calls of a handler", ("namespace", "event"), "{call}"),
        Metric(
            "server.handler.errors",
            Kind.COUNTER,
            "Calls of a handler that raised",
            ("namespace", "event"),
            "{call}",
        ),
        Metric(
            "server.handler.in_flight",
            Kind.GAUGE,
            "Calls of a handler that have not ended",
            ("namespace", "event"),
            "{call}",
        ),
        Metric("server.handler.duration", Kind.HISTOGRAM, "Time in a handler", ("namespace", "event"), "s"),
        Metric("server.residue", Kind.GAUGE, "What the server holds of this run's visits", ("kind",)),
        Metric("server.tasks", Kind.GAUGE, "Tasks in the server", (), "{task}"),
        Metric("server.threads", Kind.GAUGE, "Threads in the server", (), "{thread}"),
        Metric("server.open_files", Kind.GAUGE, "Files that the server has open", (), "{file}"),
        Metric("server.resident_memory", Kind.GAUGE, "Resident memory of the server", (), "By"),
        Metric("generator.processes", Kind.GAUGE, "Processes that send load", (), "{process}"),
        Metric("generator.cpu", Kind.COUNTER, "Processor time of a generator", ("generator",), "s"),
        Metric("generator.loop_lag", Kind.HISTOGRAM, "How late the generators' loops ran", (), "s"),
    )
}
"""By name. What nobody knows (no hooks, no verdict yet) has no sample: it is not 0."""


def markdown_table() -> str:
    """Return the table, and the bounds of its histograms, as the README has them."""
    return "".join(_lines())


def _lines() -> Iterator[str]:
    yield "| metric | kind | labels | what |\n|---|---|---|---|\n"
    for metric in METRICS.values():
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.prometheus_name}` | {metric.kind} | {labels} | {metric.text} |\n"
    bounds = ", ".join(f"{bound_s:g}" for bound_s in BOUNDS_S)
    yield f"\nBuckets of the histograms end at {bounds} seconds.\n"
