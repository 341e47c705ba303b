"""``loadtest tune`` from its request to its files: the tuned profile, ``tune.json`` and ``tune.html``."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from loadtest.errors import ExitCode, UsageError
from loadtest.report.folder import write_json
from loadtest.report.wording import amount
from loadtest.tuning.page import page
from loadtest.tuning.probe import Prober
from loadtest.tuning.recovery import Patient
from loadtest.tuning.request import TuneRequest
from loadtest.tuning.result import result_of
from loadtest.tuning.search import Search
from loadtest.tuning.telling import knee_text
from loadtest.tuning.tune import Outcome, Tuner
from loadtest.tuning.write import Destination, tuned_text

__all__ = ["Voice", "tune"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Where a search talks to."""

    say: Callable[[str], None]
    """Takes a line that stays."""
    show: Callable[[str], None]
    """Takes a line that the next one replaces."""


def tune(request: TuneRequest, out: Path | None, voice: Voice, *, force: bool = False) -> ExitCode:
    """Search, and write down what was found; what was found so far when it is interrupted.

    Raises:
        UsageError, ProfileError: nothing was sent.
    """
    destination = Destination(out or Path(f"{Path(request.profile).stem}-tuned.toml"), force=force)
    destination.check()
    plan = request.plan(voice.say)
    started_at = datetime.now(UTC)
    folder = _make_folder(request.results, plan.profile.name, started_at)
    tuner = Tuner(
        prober=Prober(
            profile=plan.profile,
            knob=plan.knob,
            pace=plan.pace,
            folder=folder / "probes",
            host=request.host,
            workers=request.workers,
            require_hooks=request.require_hooks,
            allow_hosts=request.allow_hosts,
        ),
        search=Search(plan.bounds),
        patient=Patient(plan.profile, request.host),
        budget_s=request.budget_s,
        say=voice.say,
        show=voice.show,
        keep=lambda: _write(tuner, folder, started_at),
    )
    with _ended_by_sigterm():
        tuner.run()
    _write(tuner, folder, started_at)
    _conclude(tuner, request, destination, voice.say)
    voice.say(f"All that was seen: {folder / 'tune.html'}")
    return tuner.exit_code


def _conclude(
    tuner: Tuner, request: TuneRequest, destination: Destination, say: Callable[[str], None]
) -> None:
    knob, bounds, knee = tuner.prober.knob, tuner.search.bounds, tuner.knee
    known = f"; {knee_text(knee, knob, bounds)}" if knee else ""
    holds = tuner.search.holds_at
    if tuner.outcome is not Outcome.FOUND or knee is None or holds is None:
        advice = f" ({tuner.advice})" if tuner.advice else ""
        say(f"{tuner.outcome.replace('_', ' ')}: {tuner.why}{advice}{known}")
        return
    way = "down" if tuner.search.lower_is_worse else "up"
    say(f"found: the thresholds hold {way} to {knob.told(knee.value)}{known}; {tuner.why}")
    if doubtful := sum(probed.judgement.is_doubtful for probed in tuner.probes):
        told = amount(doubtful, "probe")
        say(f"this machine lagged while {told} failed: the knee may lie beyond, on a quieter machine")
    note = (
        f"Tuned by loadtest against {request.host}: {knee_text(knee, knob, bounds)}; "
        f"set to {knob.told(holds)}, which holds."
    )
    destination.save(tuned_text(request.profile, tuner.prober.profile, knob, holds, note))
    say(f"written: {destination.path}; now: loadtest run {destination.path} --host {request.host}")


def _write(tuner: Tuner, folder: Path, started_at: datetime) -> None:
    result = json.loads(json.dumps(result_of(tuner, folder, started_at)))
    write_json(folder / "tune.json", result)
    (folder / "tune.html").write_text(page(result), encoding="utf-8")


def _make_folder(parent: Path, profile: str, started_at: datetime) -> Path:
    path, number = parent / f"{started_at:%Y%m%dT%H%M%SZ}-tune-{profile}", 1
    base = path
    while True:
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            number += 1
            path = base.with_name(f"{base.name}-{number}")
        except OSError as error:
            raise UsageError(f"{path}: the folder cannot be made: {error.strerror}") from None
        else:
            return path


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Have SIGTERM end a search as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
