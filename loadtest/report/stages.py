"""How each stage of a run went, by the visits that were due in it, the warm-up's too."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from loadtest.navigation.phase import Phase
from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import NavigationCounts, PhaseTimes, count_navigations, time_phases
from loadtest.report.info import RunInfo, StageInfo

__all__ = ["StageFigures", "added_phases", "counted", "load_s_of", "stage_rows", "stages_of"]


def counted(records: Sequence[NavigationRecord], info: RunInfo) -> tuple[NavigationRecord, ...]:
    """Return the records that the figures are made of: without those that were due in the warm-up."""
    warm_up_s = info.warm_up_s
    return tuple(record for record in records if record.due_s >= warm_up_s)


@dataclass(frozen=True, slots=True)
class StageFigures:
    """How one stage went."""

    stage: StageInfo
    numbers: frozenset[int]
    """Of the visits that were due in it."""
    navigations: NavigationCounts
    phases: Mapping[Phase, PhaseTimes]


def stages_of(records: Sequence[NavigationRecord], info: RunInfo) -> tuple[StageFigures, ...]:
    """Return how each stage went; there are none in the files of an older release.

    Args:
        records: every navigation of the run.
    """
    return tuple(
        StageFigures(
            stage,
            frozenset(record.number for record in those),
            count_navigations(those),
            time_phases(those),
        )
        for stage, those in zip(info.stages, _split(records, info.stages), strict=True)
    )


def added_phases(figures: Iterable[StageFigures]) -> Mapping[Phase, PhaseTimes]:
    """Return the phases of several stages together."""
    added = {phase: PhaseTimes() for phase in Phase}
    for one in figures:
        for phase, times in one.phases.items():
            added[phase].own.merge(times.own)
            added[phase].from_due.merge(times.from_due)
    return added


def stage_rows(
    figures: Iterable[StageFigures], had_errors: Mapping[int, int] | None, load_s: float | None
) -> list[dict[str, Any]]:
    """Return ``stages[]`` of ``summary.json``.

    Args:
        had_errors: how many errors on the server each visit had; None: no hooks saw them. Those that no
            visit can be told for are in no stage.
        load_s: when the load ended, seconds after t0; None: nobody knows.
    """
    return [
        {
            **one.stage.to_json(),
            "ran_s": None if load_s is None else _ran_s(one.stage, load_s),
            "navigations": asdict(one.navigations),
            "phases": {phase: times.to_json() for phase, times in one.phases.items()},
            "server_errors": _errors(one.numbers, had_errors),
        }
        for one in figures
    ]


def load_s_of(info: RunInfo) -> float | None:
    """Return when the load of a run ended, seconds after t0; None where it was cut off."""
    if info.aborted is not None:
        return info.aborted.at_s
    return info.duration_s if info.ended.is_in_order else None


def _ran_s(stage: StageInfo, load_s: float) -> float:
    return round(min(max(load_s - stage.start_s, 0.0), stage.duration_s), 3)


def _errors(numbers: Collection[int], had_errors: Mapping[int, int] | None) -> int | None:
    if had_errors is None:
        return None
    return sum(count for number, count in had_errors.items() if number in numbers)


def _split(
    records: Sequence[NavigationRecord], stages: Sequence[StageInfo]
) -> Sequence[Sequence[NavigationRecord]]:
    """Return each stage's records; one that is due at a stage's very end is the next one's."""
    starts_s = [stage.start_s for stage in stages]
    groups: list[list[NavigationRecord]] = [[] for _ in stages]
    for record in records:
        if index := bisect_right(starts_s, record.due_s):
            groups[index - 1].append(record)
    return groups
