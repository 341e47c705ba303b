"""What thresholds may name: the figures of ``summary.json`` by their paths, and what each has to look at."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from loadtest.metrics.threshold import LATENCY, Aggregate, Threshold, parse, spell

__all__ = ["HANDLERS", "check", "find_aggregates", "known_metrics"]

HANDLERS = "server.handlers."
"""Begins the name of a handler's figures: ``server.handlers./.disconnect``."""

_PHASES = ("page", "open", "upgrade", "connect", "handshake", "active", "leaving")
_NAVIGATIONS = (
    *("due", "started", "completed", "left", "refused", "lost", "timed_out", "failed", "late", "dropped"),
    *("broken", "under_way", "lost_numbers"),
)
_RESIDUE = (
    *("sids", "eio_sockets", "rooms", "environs", "pending_disconnects"),
    *("tasks", "threads", "rss_bytes", "open_files"),
)
_LOOP = ("lag_p99_ms", "longest_stall_ms")
_COUNT = frozenset({Aggregate.COUNT})
_VALUE = frozenset({Aggregate.VALUE})
_SHARE = frozenset({Aggregate.COUNT, Aggregate.RATE})

_JUDGED = {"held": _SHARE, "broken": _SHARE, "not_judged": _COUNT}

_METRICS: Mapping[str, frozenset[Aggregate]] = MappingProxyType(
    {
        **{f"navigations.{name}": _SHARE for name in _NAVIGATIONS},
        "client_errors": _SHARE,
        **{f"phases.{name}": LATENCY for name in _PHASES},
        **{f"phases.{name}.from_due_p99_ms": _VALUE for name in _PHASES},
        "server.processes": _VALUE,
        **{
            f"server.{name}": _COUNT
            for name in ("errors", "known_errors", "strays", "exits", "visits", "journal_lost")
        },
        **{f"server.residue.{name}": _VALUE for name in _RESIDUE},
        **{f"server.loop.{name}": _VALUE for name in _LOOP},
        "quiet.waited_s": _VALUE,
        "generator.cpu": _VALUE,
        "generator.loop_lag_p99_ms": _VALUE,
    }
)
_HANDLER_PARTS: Mapping[str, frozenset[Aggregate]] = MappingProxyType(
    {".errors": _COUNT, ".ack": LATENCY, "": LATENCY}
)
"""What a handler's name may end with: its errors, the time until the acknowledgement, its own time."""


def known_metrics(
    gauges: Iterable[str] = (), assertions: Iterable[str] = ()
) -> Mapping[str, frozenset[Aggregate]]:
    """Return every metric that can be named before a run (its path in ``summary.json``), and its aggregates.

    Args:
        gauges: the names of the profile's gauges. Each is two metrics: by how much it grew
            (``server.gauges.clients``), and what it was at last (``server.gauges.clients.value``).
        assertions: the names of the profile's assertions: ``assertions.<name>.broken``, ``held``,
            ``not_judged``.
    """
    return MappingProxyType(
        {
            **_METRICS,
            **{f"server.gauges.{name}{part}": _VALUE for name in gauges for part in ("", ".value")},
            **{
                f"assertions.{name}.{part}": aggregates
                for name in assertions
                for part, aggregates in _JUDGED.items()
            },
        }
    )


def find_aggregates(
    metric: str, gauges: Iterable[str] = (), assertions: Iterable[str] = ()
) -> frozenset[Aggregate] | None:
    """Return what a metric has to look at, or None if thresholds do not know it.

    Which handlers an app has shows only at the run: ``server.handlers.<namespace>.<event>`` is known
    whatever they are.
    """
    namespace, _, event = metric.removeprefix(HANDLERS).partition(".")
    if metric.startswith(HANDLERS) and namespace.startswith("/") and event:
        part = next(part for part in _HANDLER_PARTS if metric.endswith(part))
        return _HANDLER_PARTS[part]
    return known_metrics(gauges, assertions).get(metric)


def check(
    metric: str, expression: str, gauges: Iterable[str] = (), assertions: Iterable[str] = ()
) -> Threshold:
    """Read one expression for one metric.

    Args:
        gauges: the names of the profile's gauges.
        assertions: the names of its assertions.

    Raises:
        ValueError: the expression is none, the metric is unknown, or the two do not go together.
    """
    threshold = parse(expression)
    aggregates = find_aggregates(metric, gauges, assertions)
    if aggregates is None:
        raise ValueError(f"{metric!r} is not a metric that thresholds know")
    if threshold.aggregate not in aggregates:
        raise ValueError(f"{expression!r}: {metric} has {spell(aggregates)}")
    return threshold
