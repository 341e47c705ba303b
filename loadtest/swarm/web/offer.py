"""What the start form offers: the profiles there are, and what each of them does."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.errors import ProfileError
from loadtest.profile.load import load_profile, shipped_profiles

__all__ = ["Offer", "offers"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One profile that can be chosen."""

    name: str
    description: str
    text: str
    """Its stages and its pool of users, or what is wrong with it."""


def offers(named: str = "") -> Sequence[Offer]:
    """Return what there is to choose from: the shipped profiles, and first the one that was named."""
    return [
        _offer(name) for name in dict.fromkeys([*([named] if named else []), *sorted(shipped_profiles())])
    ]


def _offer(name: str) -> Offer:
    try:
        profile = load_profile(name, finds_app=True)
    except ProfileError as error:
        return Offer(name, "cannot be run as it is", str(error))
    stages = "; then ".join(stage.text for stage in profile.stages)
    return Offer(name, profile.description, f"{stages}. At most {profile.max_users} users at once.")
