"""What a run waits for on the server's side: hooks before the load, the quiet after it."""

import time
from collections.abc import Collection, Mapping

import gevent

from loadtest.profile.model import Profile
from loadtest.report.info import QuietInfo
from loadtest.report.server_figures import GROWN_RESIDUE
from loadtest.swarm.progress import Progress
from loadtest.swarm.server_side.collector import Collector
from loadtest.swarm.server_side.quiet import Quiet, progress, quiet_limit_s, told_left

__all__ = ["await_hooks", "await_quiet", "judges_growth"]

_HOOKS_WAIT_S = 3.0
_SETTLE_S = 1.2
"""After the first hooks are seen, where growth is judged: it counts from a process's first snapshot."""
_LOOK_EVERY_S = 0.2


def judges_growth(profile: Profile) -> bool:
    """Whether a run of this profile compares what grew in the server's processes with anything."""
    grown = tuple(f"server.residue.{key}" for key in GROWN_RESIDUE)
    return bool(profile.gauges) or any(metric in grown for metric in profile.thresholds)


def await_hooks(collector: Collector, shown: Progress, *, judges_growth: bool) -> None:
    """Wait until a hooked process is seen, or for three seconds, and say which."""
    deadline = time.monotonic() + _HOOKS_WAIT_S
    while not collector.processes and time.monotonic() < deadline:
        shown.show("looking for hooks in the server …")
        gevent.sleep(_LOOK_EVERY_S)
    if collector.processes and judges_growth:
        # the other processes push within a second: what they are before the first visit is measured from
        gevent.sleep(max(min(_SETTLE_S, deadline - time.monotonic()), 0.0))
    count = len(collector.processes)
    if count:
        have = "1 process has" if count == 1 else f"{count} processes have"
        shown.say(f"hooks: {have} them in; whether the app is among these shows with the first visit")
    else:
        shown.say("hooks: none seen; start the app with: loadtest instrument -- python app.py")


def await_quiet(collector: Collector, shown: Progress, app_quiet_s: float, ping_s: float) -> QuietInfo | None:
    """Wait until the server has forgotten everybody; None when there is nobody to ask."""
    if not collector.processes:
        return None
    limit_s = quiet_limit_s(app_quiet_s, ping_s)
    is_apps = app_quiet_s >= limit_s
    quiet = Quiet(limit_s, _sequences(collector))
    began = time.monotonic()
    while True:
        waited_s = time.monotonic() - began
        dead = collector.dead_boots()  # nothing is left in them, and they say no more
        left = [
            {**process.left_behind, "handlers": process.in_flight}
            for boot, process in collector.processes.items()
            if process.has_seen_run and boot not in dead
        ]
        if quiet.is_over(waited_s, _sequences(collector, dead), left):
            return QuietInfo(waited_s=round(waited_s, 3), limit_s=limit_s)
        shown.show(progress(quiet, waited_s, left, is_apps=is_apps), gist=told_left(left))
        gevent.sleep(_LOOK_EVERY_S)


def _sequences(collector: Collector, dead: Collection[str] = ()) -> Mapping[str, int]:
    return {
        boot: int(process.snapshot["sequence"])
        for boot, process in collector.processes.items()
        if process.has_seen_run and boot not in dead
    }
