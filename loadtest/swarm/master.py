"""A Locust process in its part as the one that conducts runs."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

import gevent
from locust.env import Environment
from locust.util.timespan import parse_timespan

from loadtest.discovery.auto import resolve
from loadtest.errors import ExitCode, LoadtestError, ProfileError
from loadtest.profile.capacity import shortages
from loadtest.profile.model import Profile
from loadtest.report.info import Ended
from loadtest.report.show import show_run
from loadtest.swarm.child import PARENT_VARIABLE
from loadtest.swarm.conductor import Conductor
from loadtest.swarm.crew import Crew
from loadtest.swarm.exporting.exporter import open_exporter
from loadtest.swarm.hosts import check_host, is_own_host
from loadtest.swarm.limits import open_files
from loadtest.swarm.messages import REPORT, Report
from loadtest.swarm.options import FORM_OPTIONS, PROFILE_VARIABLE, RunOptions, fill_in
from loadtest.swarm.outputs import OutputWriter
from loadtest.swarm.pool import is_no_spawn_rate_warning, spawned, users_of
from loadtest.swarm.progress import Progress
from loadtest.swarm.shape import PoolShape
from loadtest.swarm.web.site import furnish
from loadtest.swarm.web.verdict import tell_verdict
from loadtest.swarm.web.watched import Watched

__all__ = ["Master"]

_LOCUST_FIELDS = frozenset(
    ("host", "user_count", "spawn_rate", "run_time", "profile", "user_classes", "shape_class")
)
_LOG = logging.getLogger(__name__)


class Master:
    """This process as the one that conducts runs; also what the shape asks."""

    def __init__(self, environment: Environment, runner: Any, web_ui: Any) -> None:
        self._environment = environment
        self._runner = runner
        self._web_ui = web_ui
        self._values: Any = environment.parsed_options
        self._progress = Progress()
        self._outputs = OutputWriter(self._progress.say)
        self._next: tuple[RunOptions, Profile] | None = None
        self._conductor: Conductor | None = None
        self._watched = Watched(lambda: self._progress.line) if web_ui else None
        self._has_failed = False
        shape = environment.shape_class
        assert isinstance(shape, PoolShape), "the locustfile names PoolShape"
        self._shape = shape

    @property
    def conductor(self) -> Conductor | None:
        """The run that is on; None before it starts and after its verdict."""
        return self._conductor

    @property
    def pool_size(self) -> int:
        """Users that the pool of the run that is on, or comes next, holds."""
        if self._next:
            options, profile = self._next
            return spawned(profile, users_of(profile, options.users), Crew(self._runner).size)
        return self._conductor.pool_size if self._conductor else 0

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to run, or no longer."""
        is_over = self._next is None and (self._conductor is None or self._conductor.is_over)
        return self._has_failed or is_over

    @property
    def is_busy(self) -> bool:
        """Whether a run is on: from its start until its verdict is there and Locust has let its users go.

        Locust forgets a test that is started while it still stops the one before.
        """
        return self._conductor is not None

    def listen(self) -> None:
        """Set everything up; ends the process with 104 when a headless run cannot be made."""
        events = self._environment.events
        self._runner.register_message(REPORT, self._take)
        events.test_start.add_listener(self._test_start)
        events.spawning_complete.add_listener(self._spawning_complete)
        events.test_stop.add_listener(self._test_stop)
        events.quitting.add_listener(self._quitting)
        self._shape.run_state = self
        if PARENT_VARIABLE in os.environ:
            gevent.spawn(self._watch_parent, int(os.environ[PARENT_VARIABLE]))
        logging.getLogger("locust.runners").addFilter(is_no_spawn_rate_warning)
        try:
            self._exporter = open_exporter(self._values, os.environ, self._progress.say)
        except LoadtestError as error:
            self._refuse(error)
        if self._watched:
            is_own = partial(is_own_host, bound=self._values.web_host)
            furnish(self._web_ui, self._values, self, self._watched, is_own, self._exporter.metrics)
            self._prepare_web()
        else:
            self._prepare_headless()

    @property
    def form_fields(self) -> frozenset[str]:
        """The fields that the web form may hold: Locust's own, and those options of ours that it shows."""
        return _LOCUST_FIELDS | FORM_OPTIONS

    def prepare_form(self, form: Mapping[str, str]) -> None:
        """Load and check what the web form asks for, so that the next test can start.

        Raises:
            UsageError, ProfileError: it cannot be run; nothing was sent.
        """
        values, mistakes = fill_in(self._values, form, parse_timespan)
        host = form.get("host", "")
        try:
            if mistakes:
                RunOptions.from_namespace(values, host, None).load()
            else:
                self._prepare(values, host, self._values.num_users)
        except ProfileError as error:
            raise ProfileError([*mistakes, *error.mistakes]) from error
        if mistakes:
            raise ProfileError(mistakes)

    def _prepare(self, values: argparse.Namespace, host: str, users: int | None) -> None:
        options = RunOptions.from_namespace(values, host, users)
        profile = options.load()
        check_host(options.host, options.allow_hosts | set(profile.allowed_hosts))
        profile = resolve(profile, options.host, self._progress.say)
        self._warn(profile, options)
        self._next = (options, profile)
        self._has_failed = False

    def _warn(self, profile: Profile, options: RunOptions) -> None:
        """Say what the run has too little of, before it begins: it is no mistake."""
        tabs = users_of(profile, options.users)
        processes = max(self._values.expect_workers, len(getattr(self._runner, "clients", ())), 1)
        for shortage in shortages(profile, tabs=tabs, processes=processes, files=open_files()):
            if self._web_ui:
                _LOG.warning(shortage)  # the UI shows its log
            else:
                self._progress.say(f"too little: {shortage}")

    def _prepare_headless(self) -> None:
        self._environment.process_exit_code = int(ExitCode.INCONCLUSIVE)
        self._prepare_or_exit()
        if self._values.nav_embedded:
            logging.getLogger("locust.stats_logger").disabled = True
        # Locust hears SIGTERM only after the shape has ended; before that it would just die of it.
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, self._interrupt)

    def _prepare_or_exit(self) -> None:
        try:
            self._prepare(self._values, self._environment.host or "", self._values.num_users)
        except LoadtestError as error:
            self._refuse(error)

    def _refuse(self, error: LoadtestError) -> NoReturn:
        self._progress.say(str(error))
        sys.exit(ExitCode.USAGE)

    def _prepare_web(self) -> None:
        """Offer the profile that the command line names in the form, beside the shipped ones."""
        self._shape.hide_common_options()
        if self._values.nav_profile:
            os.environ[PROFILE_VARIABLE] = self._values.nav_profile  # for the form: see add_options
        if self._values.autostart:
            self._prepare_or_exit()

    def _interrupt(self) -> None:
        """End the run in order at the first signal; the next one ends the process."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._exporter.hurry()
        if self._conductor:
            self._progress.say("interrupted: writing down what there is (again to break off)")
            self._conductor.call_off()
        else:
            self._has_failed = True

    def _watch_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            gevent.sleep(1)
        if self._web_ui:
            os.kill(os.getpid(), signal.SIGTERM)  # Locust's own handler shuts the UI down
        else:
            self._interrupt()

    def _take(self, msg: Any, **_: object) -> None:
        self._exporter.hear(report := Report.from_wire(msg.data))
        if self._conductor:
            self._conductor.take(report)

    def _test_start(self, **_: object) -> None:
        if self._next is None:
            return
        options, profile = self._next
        try:
            self._conductor = Conductor(options, profile, Crew(self._runner), self._progress)
        except LoadtestError as error:
            self._progress.say(str(error))
            self._environment.process_exit_code = int(ExitCode.USAGE)
            self._has_failed = True
        else:
            if self._watched:
                self._watched.begin(self._conductor)
            self._exporter.begin(self._conductor)
        self._next = None

    def _spawning_complete(self, **_: object) -> None:
        if self._conductor:
            self._conductor.pool_spawned()

    def _test_stop(self, **_: object) -> None:
        if self._web_ui:
            self._conclude()

    def _quitting(self, **_: object) -> None:
        self._conclude()
        self._outputs.join()
        self._exporter.close(is_patient=not self._web_ui)
        if self._watched:
            self._watched.close()

    def _conclude(self) -> None:
        conductor = self._conductor
        if conductor is None:
            return
        if conductor.exit_code is None:
            conductor.conclude(Ended.INTERRUPTED)
        if self._environment.process_exit_code == ExitCode.INCONCLUSIVE or self._web_ui:
            self._environment.process_exit_code = conductor.exit_code
        self._conductor = None
        self._exporter.end()
        verdict = tell_verdict(self._runner, conductor.path, conductor.summary)
        if self._watched:
            self._watched.run_ended(verdict)
        if conductor.summary and not self._values.nav_embedded:
            self._outputs.start(conductor.path)
            show_run(conductor.path)
