"""Brings what is known of a run together, as the table has it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from loadtest.exports.distribution import Distribution, distribution_of
from loadtest.exports.label import label_of
from loadtest.exports.metric import Family, Reading, Sample
from loadtest.exports.server import HandlerCounts, Newest, ServerCounts, ServerTally
from loadtest.exports.table import METRICS
from loadtest.exports.visits import VisitTally
from loadtest.metrics.histogram import Histogram
from loadtest.navigation.record import Outcome

__all__ = ["IDLE", "Standing", "read"]

_STATES = ("idle", "hooks", "load", "quiet", "over")
_VERDICTS = ("pass", "fail", "inconclusive", "interrupted")
_KINDS = ("server_error", "residue", "client", "liveness")
_Value = float | Distribution | None
_Row = tuple[tuple[str, ...], _Value]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, but for what is added up from its records and snapshots."""

    run: str
    profile: str
    seed: int
    host: str
    version: str
    created_at: float
    """When it was made: Unix time, seconds; so is ``t0_at``."""
    t0_at: float | None
    state: str
    due: int
    late: int
    dropped: int
    under_way: int
    cpu_s: Mapping[int, float]
    """Processor time of each generator, by its index."""
    loop_lag: Histogram
    newest: Sequence[Newest]
    summary: Mapping[str, Any]
    """``summary.json``, once there is a verdict; empty before."""


IDLE = Reading(
    None, (Family(METRICS["run.state"], tuple(Sample((s,), float(s == "idle")) for s in _STATES)),)
)
"""Before the first run."""


def read(
    standing: Standing, visits: VisitTally, server: ServerTally, breathe: Callable[[], object]
) -> Reading:
    """Return everything that is known.

    Args:
        breathe: called now and then: others may want the processor.
    """
    counts = server.count(standing.newest, breathe)
    rows: Mapping[str, list[_Row]] = {
        **_run_rows(standing),
        **_visit_rows(standing, visits),
        **(_server_rows(counts, standing.summary) if counts else {}),
        "generator.processes": [((), len(standing.cpu_s) or None)],
        "generator.cpu": [((str(index),), cpu_s) for index, cpu_s in sorted(standing.cpu_s.items())],
        "generator.loop_lag": [((), distribution_of(standing.loop_lag))],
    }
    families = (Family(METRICS[name], tuple(_samples(those))) for name, those in rows.items())
    return Reading(standing.created_at, tuple(family for family in families if family.samples))


def _samples(rows: Iterable[_Row]) -> Iterator[Sample]:
    return (Sample(labels, value) for labels, value in rows if value is not None)


def _run_rows(standing: Standing) -> Mapping[str, list[_Row]]:
    summary = standing.summary
    found = [finding["kind"] for finding in summary.get("findings", ())]
    texts = (standing.run, standing.profile, str(standing.seed), _bare(standing.host), standing.version)
    return {
        "run.info": [(tuple(label_of(text) for text in texts), 1)],
        "run.state": [((state,), int(state == standing.state)) for state in _STATES],
        "run.start_time": [((), standing.t0_at)],
        "run.verdict": [((word,), int(word == summary["verdict"])) for word in _VERDICTS if summary],
        "run.exit_code": [((), summary.get("exit_code"))],
        "run.findings": [((kind,), found.count(kind)) for kind in _KINDS if summary],
    }


def _bare(host: str) -> str:
    """Return the host's address without a name and a password that may be in it."""
    try:
        parts = urlsplit(host)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return ""


def _visit_rows(standing: Standing, visits: VisitTally) -> Mapping[str, list[_Row]]:
    ended = (outcome for outcome in Outcome if outcome is not Outcome.DROPPED)
    return {
        "navigations.due": [((), standing.due)],
        "navigations": [((outcome,), visits.outcomes[outcome]) for outcome in ended],
        "navigations.late": [((), standing.late)],
        "navigations.dropped": [((), standing.dropped)],
        "navigations.broken": [((), visits.broken)],
        "navigations.under_way": [((), standing.under_way)],
        "departures": [((point,), count) for point, count in sorted(visits.points.items())],
        "phase.duration": [((phase,), value) for phase, value in visits.durations()],
        "phase.from_due": [((phase,), value) for phase, value in visits.from_due()],
    }


def _server_rows(counts: ServerCounts, summary: Mapping[str, Any]) -> Mapping[str, list[_Row]]:
    told = summary.get("server")
    residue = {key: told["residue"][key] for key in counts.residue} if told else counts.residue
    held = counts.held

    def each(value_of: Callable[[HandlerCounts], _Value]) -> list[_Row]:
        return [(labels, value_of(handler)) for labels, handler in sorted(counts.handlers.items())]

    return {
        "server.processes": [((), counts.processes)],
        "server.errors": [((), counts.errors)],
        "server.handler.calls": each(lambda handler: handler.calls),
        "server.handler.errors": each(lambda handler: handler.errors),
        "server.handler.in_flight": each(lambda handler: handler.in_flight),
        "server.handler.duration": each(lambda handler: distribution_of(handler.latency)),
        "server.residue": [((key,), value) for key, value in residue.items()],
        "server.tasks": [((), held["tasks"])],
        "server.threads": [((), held["threads"])],
        "server.open_files": [((), held["open_files"])],
        "server.resident_memory": [((), held["rss_bytes"])],
    }
