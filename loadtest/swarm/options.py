"""Our options on Locust's command line and in its web form."""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.apps.mistake import show
from loadtest.errors import UsageError
from loadtest.profile.load import load_profile, shipped_profiles
from loadtest.profile.model import Profile
from loadtest.report.info import ReplayOf

__all__ = ["FORM_OPTIONS", "PROFILE_VARIABLE", "RunOptions", "add_options", "fill_in", "read_address"]


PROFILE_VARIABLE = "LOADTEST_NAV_PROFILE"
"""Environment variable of ``--nav-profile``; the web form offers what it names beside the shipped ones."""


FORM_OPTIONS = frozenset(
    ("nav_profile", "nav_app", "nav_rate", "nav_seed", "nav_visits", "nav_set", "require_hooks")
)
"""Those of our options that the web form shows; the others are the command line's alone."""


class _OpenChoices(list[str]):
    """Names that the web form offers; other words are let through, and judged by the profile loader."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add our options; listens to Locust's ``init_command_line_parser``.

    Locust drops names with digits from its form and keeps a default of None as a raw string, so each
    option has a plain name and a real default. Inside an argument group Locust's own keywords raise
    TypeError, so they are set on the action.
    """
    group = parser.add_argument_group("navigation options (loadtest)")

    def add(name: str, default: Any, text: str, **more: Any) -> None:
        variable = "LOADTEST_" + name.strip("-").replace("-", "_").upper()
        more.setdefault("type", type(default)) if not isinstance(default, bool) else None
        action = group.add_argument(name, default=default, help=text, env_var=variable, **more)
        for key, value in {
            "include_in_web_ui": action.dest in FORM_OPTIONS,
            "is_secret": False,
            "is_required": name == "--nav-profile",
            "is_multiple": False,
        }.items():
            setattr(action, key, value)

    named = os.environ.get(PROFILE_VARIABLE, "")
    profiles = _OpenChoices(dict.fromkeys(["", named, *sorted(shipped_profiles())]))
    add(
        "--nav-profile",
        "",
        "Navigation-rate profile: a shipped one's name, or a TOML file",
        choices=profiles,
        metavar="PROFILE",
    )
    add("--nav-app", "", "App to aim the profile at: a preset's name, or a TOML file with [app]")
    add("--nav-rate", "", "Rate over the profile: x2 (times the planned one), or 50 (a second, at its peak)")
    add("--nav-seed", -1, "Seed of every random draw (-1: the profile's own)")
    add("--nav-visits", 0, "End after so many navigations (0: the profile's own)")
    add("--nav-set", "", "Settings over the profile: key=value; key=value")
    add("--nav-out", "", "Folder for this run's files (default: a new one in --nav-results)")
    add("--nav-results", "results", "Where new run folders are made")
    add("--require-hooks", False, "Inconclusive when no hooks are seen", action="store_true")
    add("--allow-host", "", "Hosts beyond loopback that may be loaded, with commas")
    add("--collector-bind", "127.0.0.1:0", "Where the hooks' snapshots are received")
    add("--nav-prometheus", "", "Where /metrics is served: 127.0.0.1:9464 (port 0: a free one)")
    add("--nav-otel", False, "Push the run's metrics over OTLP", action="store_true")
    add("--nav-embedded", "", argparse.SUPPRESS)
    add("--nav-replay-of", "", argparse.SUPPRESS)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What one run was asked for."""

    profile: str
    app: str
    seed: int
    visits: int
    rate: str
    """``x2`` or ``50``; empty: the profile's own."""
    settings: tuple[str, ...]
    out: str
    results: str
    host: str
    users: int | None
    """Cap of the pool (``-u``), or None."""
    time_s: float | None
    """Cap of the time (``-t``), or None."""
    require_hooks: bool
    allow_hosts: frozenset[str]
    collector_bind: tuple[str, int]
    embedded: str
    """The file in which ``loadtest run``, which prints the report itself, looks for the folder's path."""
    replay_of: ReplayOf | None = None
    """Given by ``loadtest replay``, as ``RUN:FINDING``."""

    @classmethod
    def from_namespace(cls, values: argparse.Namespace, host: str | None, users: int | None) -> "RunOptions":
        """Read Locust's parsed options.

        Raises:
            UsageError: the collector's address or the time cannot be read.
        """
        return cls(
            profile=values.nav_profile,
            app=values.nav_app,
            seed=int(values.nav_seed),
            visits=int(values.nav_visits),
            rate=str(values.nav_rate).strip(),
            settings=tuple(_split(values.nav_set, "\n" if "\n" in values.nav_set else ";")),
            out=values.nav_out,
            results=values.nav_results,
            host=host or "",
            users=users,
            time_s=float(values.run_time) if values.run_time else None,
            require_hooks=bool(values.require_hooks),
            allow_hosts=frozenset(_split(values.allow_host, ",")),
            collector_bind=read_address("--collector-bind", values.collector_bind, "127.0.0.1:0"),
            embedded=values.nav_embedded,
            replay_of=_read_replay_of(values.nav_replay_of),
        )

    def load(self) -> Profile:
        """Load the profile that these options name; its app may still have to be found out.

        Raises:
            UsageError: no profile or no host is named.
            ProfileError: the profile has mistakes.
        """
        if not self.profile:
            names = ", ".join(sorted(shipped_profiles()))
            raise UsageError(f"--nav-profile: no profile is named; shipped are {names}, or give a TOML file")
        if not self.host:
            raise UsageError(
                "--host: no host is named; say where the app listens: --host http://127.0.0.1:8080"
            )
        return load_profile(
            self.profile,
            app=self.app or None,
            seed=self.seed if self.seed >= 0 else None,
            settings=self.settings,
            max_visits=self.visits or None,
            rate=self.rate or None,
            finds_app=True,
        )


def fill_in(
    values: argparse.Namespace, form: Mapping[str, str], read_time: Callable[[str], float]
) -> tuple[argparse.Namespace, list[str]]:
    """Return Locust's options with what the web form says, and what cannot be read, each by its label.

    What cannot be read stays as it was, so that the rest can be judged, too.

    Args:
        read_time: Locust's reader of times such as ``1m30s``, to seconds; raises ValueError.
    """
    filled = argparse.Namespace(**vars(values))
    mistakes: list[str] = []
    for key in sorted(FORM_OPTIONS & form.keys()):
        text, before = form[key], getattr(values, key)
        match before:
            case bool():
                setattr(filled, key, text == "true")
            case int():
                if text.strip().isdecimal() or text.strip() == str(before):
                    setattr(filled, key, int(text))
                else:
                    wrong = f"{show(text)} is not a whole number from 0 on; {before} is the profile's own"
                    mistakes.append(f"{key.replace('_', ' ').title()}: {wrong}")
            case _:
                setattr(filled, key, text)
    if form.get("run_time"):
        try:
            filled.run_time = read_time(form["run_time"])
        except ValueError:
            mistakes.append(f"Run time: {show(form['run_time'])} is no time, such as 90 or 1m30s")
    return filled, mistakes


def _read_replay_of(text: str) -> ReplayOf | None:
    run, _, finding = text.rpartition(":")
    if text and not (run and finding.isdecimal()):
        raise UsageError(f"--nav-replay-of: {text!r} is not RUN:FINDING")
    return ReplayOf(run, int(finding)) if text else None


def read_address(option: str, text: str, right: str) -> tuple[str, int]:
    """Read ``ADDRESS:PORT``.

    Args:
        right: what would be right.

    Raises:
        UsageError: it is none.
    """
    address, _, port = text.rpartition(":")
    if not address or not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"{option}: {text!r} is not ADDRESS:PORT, such as {right}")
    return address.strip("[]"), int(port)


def _split(text: str, separator: str) -> Iterable[str]:
    return (part.strip() for part in text.split(separator) if part.strip())
