"""Reading profiles: files, what the command line changes in them, and all that is wrong with them."""

import bisect
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

import loadtest
from loadtest.apps.app import App
from loadtest.apps.auto import AUTO
from loadtest.apps.mistake import KeyPath, Mistake, mistakes_of
from loadtest.apps.preset import PRESETS
from loadtest.errors import ProfileError
from loadtest.navigation.departure import STAY, Mix
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Journey
from loadtest.profile.attachments import take_in_files
from loadtest.profile.departures_table import DepartureTable, choices_of, wrong_departures
from loadtest.profile.model import Profile, Rate, Turn
from loadtest.profile.rescale import CLOSED, LISTED, read_option, rescaled
from loadtest.profile.settings import Setting, put, read_setting
from loadtest.profile.stages_together import wrong_users
from loadtest.profile.table import ProfileTable
from loadtest.profile.text import inline_value, write_text
from loadtest.profile.trace_file import take_in_traces
from loadtest.profile.turns_table import wrong_turns
from loadtest.profile.visits_table import listed_stage, listing_of, mix_of, wrong_beside_list, wrong_visits

__all__ = ["add_turn", "load_profile", "parse_profile", "profile_path", "shipped_profiles"]

_STAY = DepartureTable(at=STAY)
_NO_WAIT = Distribution(Law.CONSTANT, 0.0)
_MARGIN_S = 0.1
"""So much longer than an assertion needs stays who stays, so that it can be judged."""
_WHERE = re.compile(r"(?P<what>.*) \(at (?P<where>.*)\)", re.DOTALL)


def shipped_profiles() -> Mapping[str, Path]:
    """Return the profiles that come with this package, by name: out of the wheel, or of the checkout."""
    package = Path(loadtest.__file__).parent
    folders = (package / "shipped" / "profiles", package.parent / "profiles")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    return MappingProxyType({path.stem: path for path in sorted(folder.glob("*.toml"))})


def load_profile(
    name_or_path: str,
    *,
    app: str | None = None,
    seed: int | None = None,
    settings: Sequence[str] = (),
    max_visits: int | None = None,
    rate: str | None = None,
    finds_app: bool = False,
) -> Profile:
    """Read a profile, and put into it what the command line says.

    Args:
        name_or_path: a file, or the name of one in ``./profiles`` or among the shipped ones.
        app: a preset's name, or a TOML file; its ``[app]`` takes the place of the profile's.
        settings: ``key=value``, each over the profile.
        rate: ``x2`` or ``50``: scales the schedule that all the others make.
        finds_app: the caller puts the app into a profile that does not say it (``discovery.auto``).

    Raises:
        ProfileError: with all mistakes.
    """
    path = profile_path(name_or_path)
    text = _read(path, source=name_or_path)
    data = _decode(text, source=name_or_path)
    changes, mistakes = _changes(app, seed, settings, max_visits)
    mistakes += [f"{change.source}: {wrong}" for change in changes if (wrong := put(data, change))]
    folder = Path(app).parent if app and Path(app).is_file() else path.parent
    has_files, wrong_files = take_in_files(data, folder)
    has_traces, wrong_traces = take_in_traces(data, path.parent)
    wrong_files += wrong_traces
    mistakes += [f"{_source_of(wrong.path, changes) or name_or_path}: {wrong}" for wrong in wrong_files]
    if changes or has_files or has_traces:
        text = write_text(data)
    told = frozenset(wrong.path for wrong in wrong_files)
    wanted = _read_rate(rate, mistakes)
    ledger = _Ledger(name_or_path, changes, mistakes, told, rate)
    profile = _make(text, path.stem, ledger, finds_app=finds_app)
    if wanted is None:
        return profile
    for change in rescaled(profile, data, wanted, f"--rate {rate}"):
        put(data, change)
        changes.append(change)
    return _make(write_text(data), path.stem, ledger, finds_app=finds_app)


def _read_rate(text: str | None, mistakes: list[str]) -> Rate | None:
    try:
        return None if text is None else read_option(text)
    except ValueError as error:
        mistakes.append(f"--rate {text}: {error}")
        return None


def parse_profile(text: str, *, name: str, source: str) -> Profile:
    """Read a profile's text.

    Raises:
        ProfileError: with all mistakes.
    """
    return _make(text, name, _Ledger(source))


def add_turn(profile: Profile, turn: Turn) -> Profile:
    """Return a profile with one turn more in it, and in its text.

    Raises:
        ProfileError: it has no such rate or weights to turn.
    """
    row: dict[str, Any] = {"at_s": turn.at_s}
    if turn.rate is not None:
        row["rate"] = f"x{turn.rate.value!r}" if turn.rate.is_factor else turn.rate.value
    if turn.weights is not None:
        row["weights"] = list(turn.weights)
    data = _decode(profile.text, profile.source)
    turns = data.get("turns", [])
    bisect.insort(turns, row, key=lambda turn: turn["at_s"])
    data["turns"] = turns
    rows = "".join(f"{key} = {inline_value(value)}\n" for key, value in row.items())
    text = f"{profile.text.rstrip()}\n\n[[turns]]\n{rows}"
    try:  # its comments stay, unless its turns are written as one list, or one of them comes later
        is_readable = tomllib.loads(text) == data
    except tomllib.TOMLDecodeError:
        is_readable = False
    ledger = _Ledger(profile.source)
    return _make(text if is_readable else write_text(data), profile.name, ledger, finds_app=True)


def profile_path(name_or_path: str) -> Path:
    """Return the file that a profile's name stands for.

    Raises:
        ProfileError: there is none.
    """
    shipped = shipped_profiles()
    path = Path(name_or_path)
    local = Path("profiles", f"{name_or_path}.toml")
    for candidate in (path, local, shipped.get(name_or_path, path)):
        if candidate.is_file():
            return candidate
    raise ProfileError(
        [f"{name_or_path}: no such file, and no shipped profile; shipped: {', '.join(shipped)}"]
    )


def _read(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProfileError([f"{source}: byte {error.start}: not UTF-8, which TOML is written in"]) from None
    except OSError as error:
        raise ProfileError([f"{source}: cannot be read: {error.strerror}"]) from None


def _decode(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _WHERE.fullmatch(str(error))
        where, what = (found["where"], found["what"]) if found else ("TOML", str(error))
        raise ProfileError([f"{source}: {where}: {what}"]) from None


def _changes(
    app: str | None, seed: int | None, settings: Sequence[str], max_visits: int | None
) -> tuple[list[Setting], list[str]]:
    """Return what the command line changes, and its mistakes."""
    changes: list[Setting] = []
    mistakes: list[str] = []
    if app is not None:
        try:
            changes += _read_app(app)
        except ProfileError as error:
            mistakes += error.mistakes
    if seed is not None:
        changes.append(Setting(("seed",), seed, f"--seed {seed}"))
    for text in settings:
        try:
            changes.append(read_setting(text))
        except ValueError as error:
            mistakes.append(f"--set {text}: {error}")
    if max_visits is not None:
        changes.append(Setting(("max_visits",), max_visits, f"--visits {max_visits}"))
    return changes, mistakes


def _read_app(name_or_path: str) -> list[Setting]:
    """Return what ``--app`` brings: the app's part of another file, with what its clients must see."""
    if name_or_path in PRESETS:
        return [Setting(("app",), {"preset": name_or_path}, f"--app {name_or_path}")]
    path = Path(name_or_path)
    if not path.is_file():
        raise ProfileError(
            [f"--app {name_or_path}: no such file, and no preset; known: {', '.join(PRESETS)}"]
        )
    data = _decode(_read(path, name_or_path), name_or_path)
    if "app" not in data:
        raise ProfileError([f"{name_or_path}: app: is missing; write [app] with what the app needs"])
    return [Setting((key,), data[key], name_or_path) for key in ("app", "assertions") if key in data]


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is wrong with a profile, so far."""

    source: str
    changes: Sequence[Setting] = ()
    """What the command line has changed in it."""
    mistakes: list[str] = field(default_factory=list)
    told: frozenset[KeyPath] = frozenset()
    """Where files are named that cannot be used: that is among the mistakes already."""
    rate: str | None = None
    """What ``--rate`` says, if it is given."""

    def add(self, mistake: Mistake) -> None:
        """Write a mistake down, with what brought the value."""
        if mistake.path not in self.told:
            self.mistakes.append(f"{_source_of(mistake.path, self.changes) or self.source}: {mistake}")


def _make(text: str, name: str, ledger: _Ledger, *, finds_app: bool = False) -> Profile:
    try:
        table = ProfileTable.model_validate(_decode(text, ledger.source))
    except ValidationError as error:
        for mistake in mistakes_of(error):
            ledger.add(mistake)
        raise ProfileError(ledger.mistakes) from None
    app = PRESETS[table.app.preset].build(table.app)
    for wrong in table.app.wrong_steps():
        ledger.add(Mistake(("app", *wrong.path), wrong.text))
    if app.preset != AUTO:  # where that app's transports and namespaces lead is judged when it is found out
        for wrong in (*wrong_departures(table.departures, app), *wrong_visits(table.visits, app)):
            ledger.add(wrong)
    elif not finds_app:
        missing = 'is missing; write [app] with preset = "nicegui" or the keys of your app, or give --app'
        ledger.add(Mistake(("app",), missing))
    for wrong in _wrong_together(table):
        ledger.add(wrong)
    if ledger.rate is not None and not table.has_rate:
        ledger.mistakes.append(f"--rate {ledger.rate}: {LISTED if table.visits else CLOSED}")
    if ledger.mistakes:
        raise ProfileError(ledger.mistakes)
    return _build(table, app, name, ledger.source, text)


def _wrong_together(table: ProfileTable) -> Iterator[Mistake]:
    """Yield what the pool, the stages and the turns have to say against each other."""
    if table.visits:
        yield from wrong_beside_list(table.visits, len(table.turns), len(table.departures))
    is_closed = not table.has_rate and not table.visits
    if table.users.wait_s is not None and not is_closed:
        yield Mistake(
            ("users", "wait_s"),
            "only a closed model has it, whose stages have no rate_per_s: here a tab waits until one is due",
        )
    for wrong in wrong_users(table.stages, table.users.max):
        yield Mistake(("stages", *wrong.path), wrong.text)
    for wrong in wrong_turns(table.turns, len(table.departures), is_closed=is_closed):
        yield Mistake(("turns", *wrong.path), wrong.text)


def _source_of(path: KeyPath, changes: Sequence[Setting]) -> str | None:
    """Return what changed the value at a path, or a part of it, if anything did."""
    sources = [
        change.source
        for change in changes
        if all(mine == other for mine, other in zip(path, change.path, strict=False))
    ]
    return sources[-1] if sources else None


def _weighed(rows: Sequence[DepartureTable], weights: Sequence[float]) -> Iterator[DepartureTable]:
    for row, weight in zip(rows, weights, strict=True):
        yield row.model_copy(update={"weight": weight})


def _build(table: ProfileTable, app: App, name: str, source: str, text: str) -> Profile:
    assertions = tuple(row.build(app.namespaces[0]) for row in table.assertions)
    least_dwell_s = max((assertion.needs_s + _MARGIN_S for assertion in assertions), default=0.0)

    def mix(rows: Iterable[DepartureTable]) -> Mix:
        choices = tuple(choice for row in rows for choice in choices_of(row, app))
        return Mix(choices, table.dwell_s, least_dwell_s=least_dwell_s)

    rows = table.departures or [_STAY]
    drawn = mix(rows)
    listing = listing_of(table.visits[: table.max_visits], app, drawn) if table.visits else None
    return Profile(
        name=name,
        source=source,
        text=text,
        description=table.description,
        seed=table.seed,
        app=app,
        stages=(
            (listed_stage(listing),) if listing else tuple(row.build(table.users.max) for row in table.stages)
        ),
        listing=listing,
        turns=tuple(row.build() for row in table.turns),
        max_users=table.users.max,
        wait_s=table.users.wait_s or _NO_WAIT,
        journey=Journey(table.users.journey),
        mix=mix_of(listing, table.seed) if listing else drawn,
        later_mixes=tuple(
            (turn.at_s, mix(_weighed(rows, turn.weights))) for turn in table.turns if turn.weights
        ),
        assertions=assertions,
        gauges=tuple(row.build() for row in table.gauges),
        deadlines_s=table.deadline_s,
        thresholds=table.thresholds.expressions,
        aborts=table.thresholds.aborts,
        max_visits=table.max_visits,
        allowed_hosts=table.app.allowed_hosts,
    )
