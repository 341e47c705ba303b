"""What the start form offers: the profiles there are, and what each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import ProfileError
from loadtest.profile.load import load_profile, shipped_profiles

__all__ = ["Offer", "Offers"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One profile that can be chosen."""

    name: str
    description: str
    text: str
    """Its stages and its pool of users, or what is wrong with it."""


class Offers:
    """What there is to choose from; each file is read again only when it has changed."""

    def __init__(self, named: str = "") -> None:
        """Offer the shipped profiles, and first the one that was named, if any."""
        self._named = named
        self._read: dict[str, tuple[int, Offer]] = {}

    def all(self) -> Sequence[Offer]:
        """Return them by name."""
        shipped = shipped_profiles()
        names = dict.fromkeys([*([self._named] if self._named else []), *sorted(shipped)])
        return [self._offer(name, shipped.get(name, Path(name))) for name in names]

    def _offer(self, name: str, path: Path) -> Offer:
        changed_ns = path.stat().st_mtime_ns if path.is_file() else 0
        if self._read.get(name, (-1,))[0] != changed_ns:
            self._read[name] = (changed_ns, _offer(name))
        return self._read[name][1]


def _offer(name: str) -> Offer:
    try:
        profile = load_profile(name, finds_app=True)
    except ProfileError as error:
        return Offer(name, "cannot be run as it is", str(error))
    stages = "; then ".join(stage.text for stage in profile.stages)
    return Offer(name, profile.description, f"{stages}. At most {profile.max_users} users at once.")
