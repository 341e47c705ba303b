"""One headless run as a command: checked first, run by Locust in a child, its folder found again."""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import ExitCode, RunFolderError
from loadtest.profile.load import load_profile
from loadtest.profile.model import Profile
from loadtest.report.folder import INFO_FILE, NAVIGATIONS_FILE
from loadtest.report.info import ReplayOf
from loadtest.report.seal import seal_run
from loadtest.swarm.child import Watch, passing_signals_on, run_locust, worker_options
from loadtest.swarm.outputs import write_apart

__all__ = ["HeadlessRun", "Overseer", "RunRequest", "run_headless"]

_SURELY = 1 - 1e-6
"""Draws beyond this quantile are left to the watchdog's margin."""
_MARGIN_S = 300.0
"""For starting, hooks, the quiet and the report; what takes longer than that hangs, and ends as 98."""
_LARGE_BYTES = 10_000_000
"""What takes seconds to read; measured: 34 s of CPU for 83 MB, an hour at 50 visits a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What ``loadtest run`` was asked for."""

    profile: str
    host: str
    app: str = ""
    seed: int | None = None
    settings: tuple[str, ...] = ()
    visits: int | None = None
    rate: str | None = None
    """``x2`` or ``50``."""
    out: Path | None = None
    results: Path = Path("results")
    workers: int = 1
    require_hooks: bool = False
    allow_hosts: tuple[str, ...] = ()
    collector_bind: str = "127.0.0.1:0"
    replay_of: ReplayOf | None = None
    prometheus: str = ""
    """Where ``/metrics`` is served; empty: nowhere."""
    otel: bool = False

    def locust_arguments(self, told: Path) -> list[str]:
        """Return Locust's options; the run writes its folder's path into ``told``."""
        of = self.replay_of
        pairs: dict[str, str | None] = {
            "--loglevel": "WARNING",
            "--nav-embedded": str(told),
            "--nav-profile": self.profile,
            "--host": self.host,
            "--nav-app": self.app,
            "--nav-rate": self.rate,
            "--nav-seed": None if self.seed is None else str(self.seed),
            "--nav-visits": None if self.visits is None else str(self.visits),
            "--nav-set": "".join(f"{setting}\n" for setting in self.settings),
            "--nav-out": None if self.out is None else str(self.out),
            "--nav-results": str(self.results),
            "--allow-host": ",".join(self.allow_hosts),
            "--collector-bind": self.collector_bind,
            "--nav-replay-of": f"{of.run}:{of.finding}" if of else None,
            "--nav-prometheus": self.prometheus,
        }
        flags = ["--headless", "--only-summary"]
        flags += ["--require-hooks"] if self.require_hooks else []
        flags += ["--nav-otel"] if self.otel else []
        options = [f"{name}={value}" for name, value in pairs.items() if value]
        return flags + options + worker_options(self.workers)


@dataclass(frozen=True, slots=True)
class HeadlessRun:
    """How a headless run ended."""

    exit_code: int
    folder: Path | None
    """None when nothing was sent, or nothing is left of it."""
    was_interrupted: bool = False
    """Whether somebody asked this process to end."""
    was_called_off: bool = False
    """Whether the overseer had seen enough."""


@dataclass(frozen=True, slots=True)
class Overseer:
    """Reads a run's folder while it grows, and may end the run; what is said goes into a file."""

    is_enough: Callable[[Path], bool]
    """Asked with the run's folder, again and again once it is there."""
    log: Path


def run_headless(request: RunRequest, overseer: Overseer | None = None) -> HeadlessRun:
    """Run a profile to its end; what it says meanwhile goes to standard error, or to the overseer's file.

    Raises:
        ProfileError: the profile has mistakes; nothing was started.
        UsageError: the installation is broken.
    """
    profile = load_profile(
        request.profile,
        app=request.app or None,
        seed=request.seed,
        settings=request.settings,
        max_visits=request.visits,
        rate=request.rate,
        finds_app=True,
    )
    with tempfile.TemporaryDirectory(prefix="loadtest-") as folder:
        told = Path(folder) / "run-folder"
        end = run_locust(
            request.locust_arguments(told),
            limit_s=_limit_s(profile),
            watch=_watch(overseer, told) if overseer else None,
        )
        if not told.exists():
            return HeadlessRun(end.status or ExitCode.INCONCLUSIVE, None, end.was_interrupted)
        path = Path(told.read_text(encoding="utf-8"))
    # the run's own account counts, not Locust's status: there a crash after the load does not pass
    try:
        exit_code = seal_run(path, was_interrupted=end.was_interrupted or end.was_called_off)
    except RunFolderError as error:
        print(f"the run's last word cannot be written: {error}", file=sys.stderr)
        exit_code = ExitCode.INCONCLUSIVE
        if not all((path / name).is_file() for name in (INFO_FILE, NAVIGATIONS_FILE)):  # it was taken away
            return HeadlessRun(exit_code, None, end.was_interrupted, end.was_called_off)
    if overseer is None:  # else it is one of many runs, looked at by the one that asked for it
        _write_outputs(path)
    return HeadlessRun(exit_code, path, end.was_interrupted, end.was_called_off)


def _write_outputs(path: Path) -> None:
    size = (path / NAVIGATIONS_FILE).stat().st_size
    if size > _LARGE_BYTES:
        print(f"writing the report of {size / 1e6:,.0f} MB of visits …", file=sys.stderr)
    for fault in write_apart(path, attend=passing_signals_on):
        print(fault, file=sys.stderr)


def _watch(overseer: Overseer, told: Path) -> Watch:
    def is_enough() -> bool:
        text = told.read_text(encoding="utf-8") if told.exists() else ""
        return bool(text) and overseer.is_enough(Path(text))

    return Watch(is_enough, overseer.log)


def _limit_s(profile: Profile) -> float:
    """Return how long this run can last when nothing is broken, with much room."""
    clocks = (choice.after_s.at(_SURELY) for choice in profile.mix.choices if choice.after_s)
    visit_s = sum(profile.deadlines_s.values()) + profile.mix.dwell_s.at(_SURELY) + max(clocks, default=0.0)
    return profile.duration_s + visit_s + profile.app.access.quiet_s + _MARGIN_S
