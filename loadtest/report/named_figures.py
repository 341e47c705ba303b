"""Every figure that a threshold may name, of a run that is over or of one that is on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from loadtest.navigation.phase import Phase
from loadtest.report.client_figures import AssertionCounts, NavigationCounts, PhaseTimes
from loadtest.report.exits import unknown_boots
from loadtest.report.info import RunInfo
from loadtest.report.limits import Figures
from loadtest.report.server_summary import ServerFigures

__all__ = ["Measured", "name_figures", "navigation_numbers"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What both sides told of a run, the warm-up left out."""

    info: RunInfo
    navigations: NavigationCounts
    phases: Mapping[Phase, PhaseTimes]
    assertions: Sequence[AssertionCounts]
    server: ServerFigures | None
    lag_p99_ms: float | None
    has_missing: bool
    is_blank: bool
    """Whether nothing but warm-up ran."""


def name_figures(measured: Measured) -> Figures:
    """Name every figure that a threshold may name; a test compares with ``known_metrics``."""
    info, server, counts = measured.info, measured.server, measured.navigations
    phases = {} if measured.is_blank else measured.phases
    return Figures(
        numbers={
            **_client_numbers(measured),
            **(server.numbers() if server else {}),
            **{
                f"phases.{phase}.from_due_p99_ms": times.from_due.percentile_ms(99)
                for phase, times in phases.items()
            },
            "quiet.waited_s": info.quiet.waited_s if info.quiet else None,
            "generator.cpu": info.generator.cpu if info.generator else None,
            "generator.loop_lag_p99_ms": measured.lag_p99_ms,
        },
        histograms={
            **{f"phases.{phase}": times.own for phase, times in phases.items()},
            **(server.histograms() if server else {}),
        },
        behind={f"phases.{phase}.from_due_p99_ms": times.from_due for phase, times in phases.items()},
        wholes={
            f"assertions.{row.name}.{part}": row.held + row.broken
            for row in measured.assertions
            for part in ("held", "broken")
        },
        due=counts.due,
        lag_p99_ms=measured.lag_p99_ms,
        gauges=info.gauges,
        assertions=info.assertions,
        has_hooks=server is not None,
        is_quiet=info.quiet is not None,
        has_silent=bool(server and unknown_boots(server.server, info)),
        has_missing=measured.has_missing,
        is_blank=measured.is_blank,
    )


def navigation_numbers(
    info: RunInfo, navigations: NavigationCounts, *, is_blank: bool
) -> dict[str, int | None]:
    """Return ``navigations`` of ``summary.json``: counts of nothing but warm-up are not known, not 0."""
    counts = asdict(navigations)
    known = dict.fromkeys(counts) if is_blank else counts
    return {**known, "under_way": info.under_way, "lost_numbers": info.lost_numbers}


def _client_numbers(measured: Measured) -> dict[str, float | None]:
    counts, is_blank = measured.navigations, measured.is_blank
    numbers = navigation_numbers(measured.info, counts, is_blank=is_blank)
    return {
        **{f"navigations.{name}": count for name, count in numbers.items()},
        "client_errors": None if is_blank else counts.failures,
        **{
            f"assertions.{row.name}.{part}": None if is_blank else count
            for row in measured.assertions
            for part, count in [("held", row.held), ("broken", row.broken), ("not_judged", row.not_judged)]
        },
    }
