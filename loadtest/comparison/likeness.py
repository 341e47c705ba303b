"""Whether runs were the same test: what differs between them besides what they found."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.comparison.lag import is_here
from loadtest.comparison.side import ReadRun
from loadtest.report.info import Ended, RunInfo
from loadtest.report.wording import amount

__all__ = ["Unlike", "unlike"]

_NO_MATTER = ("description", "seed", "thresholds")
"""Keys of a profile that change nothing of the load; the seed is the run's."""
_NOT_THERE = "not there"
_ENDS: Mapping[Ended, str] = {
    Ended.RUNNING: "was cut short (killed, or still going)",
    Ended.INTERRUPTED: "was interrupted",
}


@dataclass(frozen=True, slots=True)
class Unlike:
    """Something that is not the same in two runs."""

    what: str
    """A key of the profile, or a name."""
    before: str
    after: str
    is_grave: bool = True
    """Whether figures then tell of two different tests."""

    def __str__(self) -> str:
        return f"{self.what}: {self.before} / {self.after}"


def unlike(before: ReadRun, after: ReadRun) -> tuple[Unlike, ...]:
    """Return what differs, the gravest first."""
    found = [*_endings(before, after), *_settings(before, after), *_profiles(before, after)]
    return tuple(sorted(found, key=lambda one: not one.is_grave))


def _endings(before: ReadRun, after: ReadRun) -> Iterator[Unlike]:
    ends = [_ends(one) for one in (before, after)]
    if any(ends):
        yield _pair("end", [end or "came to its end" for end in ends])
    visits = [one.summary["navigations"]["started"] or 0 for one in (before, after)]
    if not all(visits):
        yield _pair("visits", [amount(count, "visit") for count in visits])


def _pair(what: str, values: Sequence[str], *, is_grave: bool = True) -> Unlike:
    before, after = values
    return Unlike(what, before, after, is_grave)


def _ends(one: ReadRun) -> str:
    info = one.run.info
    if info.ended is Ended.FINISHED:
        return ""
    return _ENDS.get(info.ended, f"was {info.ended}")


def _settings(before: ReadRun, after: ReadRun) -> Iterator[Unlike]:
    for (what, first), (_, second) in zip(_named(before), _named(after), strict=True):
        if first != second:
            yield Unlike(what, str(first), str(second))
    for what in sorted({*before.run.info.versions, *after.run.info.versions}):
        versions = [str(one.run.info.versions.get(what, _NOT_THERE)) for one in (before, after)]
        if versions[0] != versions[1]:
            yield _pair(f"version of {what} (the generator's)", versions, is_grave=False)
    runtimes = [_runtime(one) for one in (before, after)]
    if all(runtimes) and runtimes[0] != runtimes[1]:
        yield _pair("the server's runtime", runtimes, is_grave=False)


def _named(one: ReadRun) -> list[tuple[str, object]]:
    info = one.run.info
    return [
        ("profile", info.profile),
        ("seed", info.seed),
        ("hooks in the server", "there" if one.run.server else "none were seen"),
        ("the app's host", "this machine" if is_here(info) else "another machine"),
        ("workers", info.workers),
        ("processes that sent load", info.generator.processes if info.generator else "not known"),
        ("users", info.users),
        ("turns of the live knob", _turns(info)),
    ]


def _turns(info: RunInfo) -> str:
    turns = [str(turn.to_json()) for turn in info.turns]
    return "; ".join(turns) if turns else "none"


def _runtime(one: ReadRun) -> str:
    server = one.run.server
    return ", ".join(sorted({process.runtime or "" for process in server.processes})) if server else ""


def _profiles(before: ReadRun, after: ReadRun) -> Iterator[Unlike]:
    texts = [one.run.info.profile_text for one in (before, after)]
    try:
        first, second = (dict(_leaves(tomllib.loads(text))) for text in texts)
    except tomllib.TOMLDecodeError:
        if texts[0] != texts[1]:
            yield Unlike("the profile's text", "one", "another")
        return
    for key in sorted({*first, *second}):
        values = [leaves.get(key, _NOT_THERE) for leaves in (first, second)]
        if values[0] != values[1]:
            head = key.partition(".")[0]
            if head not in ("description", "seed"):
                yield _pair(f"profile: {key}", values, is_grave=head not in _NO_MATTER)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a profile with its key path: ``stages[0].rate_per_s``."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, str(value)
