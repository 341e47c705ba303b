"""The profiles that there are to choose from: in ``./profiles``, and those that come with the package."""

import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.errors import ProfileError
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.point import POINTS
from loadtest.profile.curve import Curve
from loadtest.profile.forecast import visits_of
from loadtest.profile.load import load_profile, shipped_profiles
from loadtest.profile.model import Profile
from loadtest.profile.outline import in_short

__all__ = ["Entry", "list_profiles", "profiles_text"]

_OWN_FOLDER = Path("profiles")
_SENTENCE = re.compile(r".*?\.(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One profile of the list."""

    name: str
    """What ``loadtest run`` takes for it."""
    path: Path
    is_shipped: bool
    audience: str
    """The first sentence of the comment that its file begins with; empty without one."""
    profile: Profile | None
    """None when it has mistakes."""
    mistakes: Sequence[str] = ()

    @property
    def text(self) -> str:
        """What it does, in a line: how long, how many, how they leave; or what is wrong with it."""
        if self.profile is None:
            return "; ".join(self.mistakes)
        return f"{in_short(self.profile)}; {_leaving(self.profile)}"

    def to_json(self) -> Mapping[str, Any]:
        """Return it as ``loadtest profiles --json`` writes it; null where a broken profile has no number."""
        profile = self.profile
        choices = [choice for choice in profile.mix.choices if choice.weight] if profile else []
        return {
            "name": self.name,
            "path": str(self.path),
            "shipped": self.is_shipped,
            "audience": self.audience,
            "description": profile.description if profile else None,
            "text": self.text,
            "duration_s": profile.duration_s if profile else None,
            "peak_per_s": Curve(profile.stages, profile.turns).peak_per_s if profile else None,
            "navigations": visits_of(profile) if profile else None,
            "closed": profile.is_closed if profile else None,
            "users": profile.max_users if profile else None,
            "points": list(dict.fromkeys(choice.at for choice in choices)),
            "manners": list(dict.fromkeys(str(choice.manner) for choice in choices)),
            "mistakes": list(self.mistakes),
        }


def list_profiles() -> Sequence[Entry]:
    """Return every profile that can be named, by name; one in ``./profiles`` hides a shipped one."""
    shipped = shipped_profiles()
    own = {path.stem: path for path in _OWN_FOLDER.glob("*.toml") if path.is_file()}
    return [_entry(name, path, shipped.get(name)) for name, path in sorted({**shipped, **own}.items())]


def _entry(name: str, path: Path, shipped: Path | None) -> Entry:
    is_shipped = shipped is not None and path.resolve() == shipped.resolve()
    audience = _audience(path)
    try:
        profile = load_profile(str(path), finds_app=True)
    except ProfileError as error:
        return Entry(name, path, is_shipped, audience, None, tuple(error.mistakes))
    return Entry(name, path, is_shipped, audience, profile)


def _audience(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""  # what is wrong with it is told by whoever loads it
    comment = itertools.takewhile(lambda line: line.startswith("#"), lines)
    text = " ".join(line.strip("# ") for line in comment)
    sentence = _SENTENCE.match(text)
    return sentence[0] if sentence else text


def _leaving(profile: Profile) -> str:
    """Tell where and how visits leave: ``leave at 9 points, by the clock or after a stay, in 6 manners``."""
    choices = [choice for choice in profile.mix.choices if choice.weight]
    points = {choice.at for choice in choices if choice.at in POINTS}
    manners = {choice.manner for choice in choices}
    ways = [f"at {_count(len(points), 'point')}"] if points else []
    if any(choice.at == BY_CLOCK for choice in choices):
        ways.append("by the clock")
    if any(choice.at == STAY for choice in choices):
        ways.append("after a stay")
    *others, last = ways
    where = f"{', '.join(others)} or {last}" if others else last
    return f"leave {where}, in {_count(len(manners), 'manner')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def profiles_text(entries: Sequence[Entry], width: int) -> Iterator[str]:
    """Yield the list as lines of text, no longer than ``width`` where their words allow."""
    margin = max((len(entry.name) for entry in entries), default=0) + 2
    for entry in entries:
        paragraphs = list(_paragraphs(entry))
        for index, paragraph in enumerate(paragraphs):
            first = f"{entry.name:{margin}}" if index == 0 else " " * margin
            yield textwrap.fill(
                paragraph,
                max(width, margin + 30),
                initial_indent=first,
                subsequent_indent=" " * margin,
                break_long_words=False,
                break_on_hyphens=False,
            )


def _paragraphs(entry: Entry) -> Iterator[str]:
    where = "" if entry.is_shipped else f" ({entry.path})"
    if entry.profile is None:
        yield f"cannot be run as it is{where}:"
        yield from entry.mistakes
        return
    description = entry.profile.description
    if description or not entry.audience:
        yield f"{description or 'no description'}{where}"
    else:
        yield f"{entry.audience}{where}"
    if description and entry.audience:
        yield entry.audience
    yield entry.text
