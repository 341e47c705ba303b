"""Leads one run from its first hook to its verdict; lives in the master, or in the only process."""

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event

from loadtest.errors import ExitCode, RunFolderError, UsageError
from loadtest.profile.model import Profile, Rate, Turn
from loadtest.report.course import Aborted
from loadtest.report.folder import RunFolder
from loadtest.report.info import Ended, RunInfo, RunVerdict
from loadtest.report.known_errors import known_error
from loadtest.report.run import read_run
from loadtest.report.summary import summarize
from loadtest.swarm.account import Account, Tick
from loadtest.swarm.crew import Crew
from loadtest.swarm.exporting.standing import Inside
from loadtest.swarm.knob import LISTED, turn_profile, turns_of
from loadtest.swarm.lookout import Lookout
from loadtest.swarm.messages import Begin, Report, Turned
from loadtest.swarm.opening import first_info
from loadtest.swarm.options import RunOptions
from loadtest.swarm.pool import spawned, users_of
from loadtest.swarm.progress import Progress
from loadtest.swarm.server_side.collector import Collector
from loadtest.swarm.server_side.rendezvous import Rendezvous
from loadtest.swarm.server_side.waits import await_hooks, await_quiet, judges_growth

__all__ = ["Conductor"]

_LOG = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.2
_LEAD_S = 0.3
"""Between sending t0 out and t0 itself, so that every worker has it in time."""


class Conductor:
    """One run: its folder, its collector, its generators' reports, its quiet, its verdict.

    Raises:
        UsageError: the collector or the rendezvous cannot be set up.
        RunFolderError: the run's folder cannot be made.
    """

    def __init__(self, options: RunOptions, profile: Profile, crew: Crew, progress: Progress) -> None:
        self.exit_code: ExitCode | None = None
        self.summary: Mapping[str, Any] = {}
        """The run's summary, once it is concluded; empty where it could not be written."""
        self._users = users_of(profile, options.users)
        self.pool_size = spawned(profile, self._users, crew.size)
        self._options = options
        self._profile = profile
        self._crew = crew
        self._progress = progress
        self._run = secrets.token_hex(8)
        self._time_s = min(profile.duration_s, options.time_s or profile.duration_s)
        self._account = Account(profile, self._time_s)
        self._pool_spawned = Event()
        self._is_called_off = False
        self._is_broken = False
        self._t0 = 0.0
        self._load_s = 0.0
        first = first_info(
            self._run, options, profile, started_at=_now(), time_s=self._time_s, users=self._users
        )
        self._info = replace(first, workers=crew.size)
        self._collector = Collector(self._run, self._write_server, options.collector_bind, profile.gauges)
        with ExitStack() as undo:
            undo.callback(self._collector.close)
            self._rendezvous = Rendezvous(url=self._collector.url, token=self._collector.token, run=self._run)
            undo.callback(self._rendezvous.remove)
            self._folder = self._make_folder()
            undo.pop_all()
        if options.embedded:
            Path(options.embedded).write_text(str(self._folder.path), encoding="utf-8")
        if options.collector_bind[1]:  # asked for by hand: hooks elsewhere have to be told
            progress.say(f"collector: {self._collector.url}, LOADTEST_TOKEN={self._collector.token}")
        self._lookout = (
            Lookout(self.path, self._account, self._abort, progress.say) if profile.aborts else None
        )
        self._greenlet = gevent.spawn(self._conduct)

    @property
    def run_id(self) -> str:
        """16 hex digits."""
        return self._run

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self._folder.path

    @property
    def profile(self) -> Profile:
        """What runs, with every turn so far in it."""
        return self._profile

    @property
    def inside(self) -> Inside:
        """What exports read."""
        return Inside(self._info, self._account, self._collector)

    @property
    def ticks(self) -> Sequence[Tick]:
        """How the navigations stood: one a second since t0."""
        return self._account.ticks

    @property
    def state(self) -> str:
        """``hooks`` (they are looked for), ``load``, ``quiet`` or ``over``."""
        if self.is_over:
            return "over"
        if not self._t0:
            return "hooks"
        return "quiet" if self._load_s else "load"

    @property
    def can_turn(self) -> bool:
        """Whether the knob can be turned now."""
        is_planned = self._profile.listing is None  # a list has no rate, and no weights
        is_on = self.state == "load" and not self._info.aborted
        return is_planned and is_on and self._elapsed_s() < self._time_s

    def turn(self, rate: Rate | None, weights: tuple[float, ...] | None) -> Turn:
        """Change the rate or the weights of the departures from about a second from now on.

        Every worker applies it to the same navigations; the run's file has it, and a profile that does it
        again.

        Raises:
            UsageError: no load is on, or it cannot be turned like this.
        """
        if self.state == "load" and self._profile.listing is not None:
            raise UsageError(LISTED)
        if not self.can_turn:
            raise UsageError("no load is on that could be turned")
        profile, turn = turn_profile(
            self._profile, rate, weights, elapsed_s=self._elapsed_s, time_s=self._time_s
        )
        self._crew.turn(Turned.of(self._run, turn, profile.mix_at(turn.at_s)))
        self._profile = profile
        self._account.turn(profile)
        self._info = replace(self._info, profile_text=profile.text, turns=turns_of(profile))
        self._write_info()
        return turn

    def _abort(self, aborted: Aborted) -> None:
        """Start no more visits: a threshold that may end the run has failed."""
        if not self._load_s and not self.is_over:
            at_s = round(self._elapsed_s(), 3)
            self._info = replace(self._info, aborted=replace(aborted, at_s=at_s))
            self._account.end_at(at_s)
            self._crew.rest(self._run)
            self._progress.say(str(self._info.aborted))
            self._write_info()

    def _write_info(self) -> None:
        if not self._is_broken:
            try:
                self._folder.write_info(self._info)
            except RunFolderError as error:
                self._break_off(error)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._t0

    @property
    def is_over(self) -> bool:
        """Whether the verdict is there, or the run was called off."""
        return self._is_called_off or self.exit_code is not None

    def pool_spawned(self) -> None:
        """Take note that every user is there."""
        self._pool_spawned.set()

    def call_off(self) -> None:
        """Ask for an early end; ``conclude`` must follow."""
        self._is_called_off = True

    def take(self, report: Report) -> None:
        """Keep what a generator has done; reports of another run, or after the verdict, are not heard."""
        if report.run != self._run or self.exit_code is not None:
            return
        self._account.take(report)
        if report.lines and not self._is_broken:
            try:
                self._folder.append_navigations(report.lines)
            except RunFolderError as error:
                self._break_off(error)

    def _write_server(self, lines: Sequence[Mapping[str, Any]]) -> None:
        if not self._is_broken:
            try:
                self._folder.append_server(lines)
            except RunFolderError as error:
                self._break_off(error)

    def _break_off(self, error: Exception) -> None:
        """End the run early because of a fault on our side; what was written stays, the verdict is 98."""
        self._progress.say(f"the run is broken off: {error}")
        self._is_broken = True
        self._is_called_off = True
        self._info = replace(self._info, broken_off=str(error))

    def conclude(self, ended: Ended) -> None:
        """Write the run's last word, once: the summary, the verdict, the exit code.

        A run that was broken off stays ``running`` in its ``run.json``, and inconclusive.
        """
        if self.exit_code is not None:
            return
        self.exit_code = ExitCode.INCONCLUSIVE  # only a finished verdict replaces it
        try:
            self._write_verdict(Ended.RUNNING if self._is_broken else ended)
        except RunFolderError as error:
            self._progress.say(f"the verdict cannot be written: {error}")
        self._progress.end()

    def _write_verdict(self, ended: Ended) -> None:
        if self._greenlet is not gevent.getcurrent():
            self._greenlet.kill(block=False)
        if self._lookout:
            self._lookout.close()
        self._rendezvous.remove()
        self._collector.close()
        self._info = self._final_info(ended)
        self._folder.write_info(self._info)
        summary = summarize(read_run(self._folder.path))
        self._folder.write_summary(summary)
        self._info = replace(
            self._info, verdict=RunVerdict(summary["verdict"]), exit_code=ExitCode(summary["exit_code"])
        )
        self._folder.write_info(self._info)
        self._folder.close()
        self.summary, self.exit_code = summary, self._info.exit_code

    def _final_info(self, ended: Ended) -> RunInfo:
        """Return what the run's account, and the last snapshots, say at its end."""
        alive = self._crew.members()
        elapsed_s = max(self._load_s or self._elapsed_s(), 1e-9)
        return replace(
            self._info,
            ended=ended,
            finished_at=_now(),
            under_way=self._account.count_under_way(alive),
            astray=self._account.astray,
            lost_numbers=0 if self._is_called_off else self._account.count_lost(alive),
            silent_boots=self._collector.silent_boots(),
            dead_boots=self._collector.dead_boots(),
            refused=tuple(self._collector.refused.values()),
            generator=self._account.generator(elapsed_s),
        )

    def _make_folder(self) -> RunFolder:
        folder = RunFolder.create(
            self._profile.name,
            parent=Path(self._options.results),
            out=Path(self._options.out) if self._options.out else None,
            started_at=self._info.started_at,
        )
        folder.write_info(self._info)
        return folder

    def _conduct(self) -> None:
        try:
            self._lead()
        except RunFolderError as error:
            self._break_off(error)
        except Exception as error:  # a greenlet's top: nobody else would hear of it, and the run would hang
            _LOG.exception("a fault of loadtest's own")
            self._break_off(error)

    def _lead(self) -> None:
        self._pool_spawned.wait()
        await_hooks(self._collector, self._progress, judges_growth=judges_growth(self._profile))
        self._begin()
        self._await_visits()
        app_quiet_s = self._profile.app.access.quiet_s
        quiet = await_quiet(self._collector, self._progress, app_quiet_s, self._account.ping_s)
        self._info = replace(self._info, quiet=quiet)
        self._crew.release()
        self.conclude(Ended.ABORTED if self._info.aborted else Ended.FINISHED)

    def _begin(self) -> None:
        self._account.members = members = dict(enumerate(self._crew.members()))
        lead_s = _LEAD_S if len(members) > 1 else 0.0
        t0_at = time.time() + lead_s
        t0 = time.monotonic() + lead_s
        self._info = replace(
            self._info,
            t0_at=datetime.fromtimestamp(t0_at, UTC),
            workers=len(members),
        )
        self._folder.write_info(self._info)
        for index, member in members.items():
            begin = Begin(
                run=self._run,
                profile_name=self._profile.name,
                profile_text=self._profile.text,
                host=self._options.host,
                t0_at=t0_at,
                time_s=self._time_s,
                index=index,
                generators=len(members),
                users=self._users,
            )
            self._crew.begin(member, begin)
        if self._lookout:
            self._lookout.begin(t0)
        self._t0 = t0  # from here on it can be turned: everybody has begun

    def _await_visits(self) -> None:
        while not self._account.is_done(self._crew.members()):
            elapsed_s = self._elapsed_s()
            self._account.tick(elapsed_s)
            is_past = elapsed_s > self._time_s or self._info.aborted
            self._progress.show(self._standing() + (" · load is over, visits finish" if is_past else ""))
            gevent.sleep(_LOOK_EVERY_S)
        self._load_s = self._elapsed_s()
        if self._lookout:
            self._lookout.close()
        self._account.tick(self._load_s, is_last=True)
        self._progress.say(self._standing())
        if astray := self._account.astray:
            self._progress.say(f"a turn was heard of late: {astray} navigations came as before it")

    def _standing(self) -> str:
        elapsed_s = max(min(self._elapsed_s(), self._time_s), 0)
        early = ["ended early"] if self._info.aborted else []  # by what, has been said
        parts = [*early, f"{elapsed_s:3.0f} of {self._time_s:.0f} s", self._account.standing]
        visited = self._collector.visited()
        if visited:
            errors = (error for process in visited for error in process.snapshot["errors"])
            count = sum(int(error["count"]) for error in errors if not known_error(error["traceback"]))
            parts.append(f"{count} server errors")
        return " · ".join(parts)


def _now() -> datetime:
    return datetime.now(UTC)
