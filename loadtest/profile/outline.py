"""What a profile will do, in lines of text: for `loadtest check`."""

from collections.abc import Iterator

from loadtest.apps.auto import AUTO
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice
from loadtest.navigation.point import POINTS
from loadtest.profile.model import Profile
from loadtest.profile.pacing import Schedule

__all__ = ["outline"]


def outline(profile: Profile) -> Iterator[str]:
    """Yield the lines: rates, navigations, and how many visits of each departure are to be expected."""
    expected = Schedule(profile.stages, profile.seed, profile.max_visits).expected_count
    yield f"{profile.source}: {profile.description or 'no description'}"
    access = profile.app.access
    pages = ", ".join(path for path, _ in access.pages)
    if profile.app.preset == AUTO:
        yield f"  app        found out at the run, by looking at its page {pages}"
    else:
        yield f"  app        {profile.app.preset}, pages {pages}, socket {access.socket_path}"
    for index, stage in enumerate(profile.stages):
        rate = f"{stage.from_per_s:g}"
        if stage.from_per_s != stage.to_per_s:
            rate = f"from {stage.from_per_s:g} to {stage.to_per_s:g}"
        yield f"  stage {index}    {stage.duration_s:g} s, {rate} navigations a second, {stage.arrivals}"
    yield f"  in all     {profile.duration_s:g} s, about {expected:.0f} navigations, seed {profile.seed}"
    yield f"  users      at most {profile.max_users} at once"
    total = sum(choice.weight for choice in profile.mix.choices)
    for choice in profile.mix.choices:
        yield f"  {expected * choice.weight / total:6.0f} leave {_departure(choice)}"
    for metric, expressions in profile.thresholds.items():
        yield f"  threshold  {metric}: {', '.join(expressions)}"


def _departure(choice: Choice) -> str:
    if choice.at == STAY:
        return "after a stay, as a browser does"
    if choice.at == BY_CLOCK and choice.after_s:
        law = choice.after_s
        return f"by the clock ({law.law} {law.a:g}{f', {law.b:g}' if law.b else ''} s), {choice.manner}"
    return f"at {choice.at} ({POINTS[choice.at].client_has}), {choice.manner}"
