"""What the stages of a profile have to say against each other, and against the pool."""

from collections.abc import Sequence

from loadtest.apps.mistake import Mistake
from loadtest.profile.stages_table import StageTable

__all__ = ["wrong_stages", "wrong_users"]


def wrong_stages(rows: Sequence[StageTable]) -> list[Mistake]:
    """Return what no single stage can know."""
    if not rows:
        return [Mistake((), "is missing; write [[stages]] with duration_s = 30 and rate_per_s = 20")]
    mistakes: list[Mistake] = []
    without = [index for index, row in enumerate(rows) if not row.has_rate]
    if without and len(without) < len(rows):
        mistakes += [
            Mistake(
                (index, "rate_per_s"),
                "is missing, and other stages have one; write it for all (open model) or none (closed)",
            )
            for index in without
        ]
    for index, row in enumerate(rows):
        if row.warm_up and not all(before.warm_up for before in rows[:index]):
            mistakes.append(
                Mistake((index, "warm_up"), "comes after a stage that is none; warm-up comes first")
            )
    if all(row.warm_up for row in rows):
        mistakes.append(Mistake((), "are all warm-up, so nothing would be measured; add one that is not"))
    if not any(sum(row.rate_per_s or row.users or (1,)) for row in rows):
        mistakes.append(Mistake((), "all rates are 0, so nobody would come; give a stage more"))
    return mistakes


def wrong_users(rows: Sequence[StageTable], max_users: int) -> list[Mistake]:
    """Return which stages of a closed model want more tabs than the pool has."""
    return [
        Mistake((index, "users"), f"{max(row.users):g} is above users.max, {max_users}; the pool has no more")
        for index, row in enumerate(rows)
        if row.users and max(row.users) > max_users
    ]
