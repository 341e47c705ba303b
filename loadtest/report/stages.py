"""How each stage of a run went, by the visits that were due in it, the warm-up's too."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from loadtest.navigation.record import NavigationRecord
from loadtest.report.client_figures import count_navigations, time_phases
from loadtest.report.info import RunInfo, StageInfo

__all__ = ["counted", "stage_rows"]


def counted(records: Sequence[NavigationRecord], info: RunInfo) -> tuple[NavigationRecord, ...]:
    """Return the records that the figures are made of: without those that were due in the warm-up."""
    warm_up_s = info.warm_up_s
    return tuple(record for record in records if record.due_s >= warm_up_s)


def stage_rows(
    records: Sequence[NavigationRecord], stages: Sequence[StageInfo], had_errors: Mapping[int, int] | None
) -> list[dict[str, Any]]:
    """Return ``stages[]`` of ``summary.json``.

    Args:
        records: every navigation of the run.
        stages: in order of time.
        had_errors: how many errors on the server each visit had; None: no hooks saw them. Those that no
            visit can be told for are in no stage.
    """
    rows = []
    for stage, those in zip(stages, _split(records, stages), strict=True):
        errors = None if had_errors is None else sum(had_errors.get(record.number, 0) for record in those)
        phases = {phase: times.to_json() for phase, times in time_phases(those).items()}
        rows.append(
            {
                **stage.to_json(),
                "navigations": asdict(count_navigations(those)),
                "phases": phases,
                "server_errors": errors,
            }
        )
    return rows


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
