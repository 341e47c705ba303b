"""What is known of a run before its load begins."""

from datetime import datetime

from loadtest.profile.model import Profile
from loadtest.report.info import RunInfo
from loadtest.swarm.knob import stages_of, turns_of
from loadtest.swarm.options import RunOptions
from loadtest.swarm.versions import versions

__all__ = ["first_info"]


def first_info(
    run: str, options: RunOptions, profile: Profile, *, started_at: datetime, time_s: float, users: int
) -> RunInfo:
    """Return what ``run.json`` says first; how many workers there are shows at t0.

    Args:
        run: the run's id.
        time_s: how long the load is.
        users: tabs at most.
    """
    return RunInfo(
        id=run,
        profile=profile.name,
        profile_source=profile.source,
        profile_text=profile.text,
        description=profile.description,
        seed=profile.seed,
        host=options.host,
        versions=versions(),
        started_at=started_at,
        duration_s=time_s,
        workers=0,
        users=users,
        require_hooks=options.require_hooks,
        assertions=tuple(assertion.name for assertion in profile.assertions),
        gauges=tuple(gauge.name for gauge in profile.gauges),
        thresholds=profile.thresholds,
        aborts=profile.aborts,
        stages=stages_of(profile),
        turns=turns_of(profile),
        replay_of=options.replay_of,
    )
