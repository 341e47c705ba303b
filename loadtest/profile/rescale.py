"""The whole schedule at another rate: what ``--rate`` changes in a profile's data."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.errors import ProfileError
from loadtest.profile.curve import Curve
from loadtest.profile.model import Profile, Rate
from loadtest.profile.rate import read_rate
from loadtest.profile.settings import Setting

__all__ = ["CLOSED", "LISTED", "NO_PEAK", "read_option", "rescaled"]

CLOSED = (
    "a closed model has no rate, since its tabs go on when they are done; "
    "for more of them write --set users.max=400, and stages[0].users where a stage says them"
)

LISTED = "a list of visits has no rate: each comes when it is due; write other times under [[visits]]"
NO_PEAK = "the turns hold the rate at 0 all the time, so there is no peak to be scaled; take them out"


def read_option(text: str) -> Rate:
    """Read what ``--rate`` says.

    Raises:
        ValueError: it is no rate; the message says what would be right.
    """
    try:
        return read_rate(text.strip())
    except ValidationError as error:
        raise ValueError(mistakes_of(error)[0].text) from None


def rescaled(profile: Profile, data: Mapping[str, Any], rate: Rate, source: str) -> Iterator[Setting]:
    """Yield the changes that bring a schedule of the same course at another rate.

    A factor multiplies every rate there is. A number is what the schedule's peak becomes, and all else keeps
    its proportion to it: one rate all over becomes that number.

    Args:
        profile: what ``data`` says; of an open model.
        source: what the changes are told to come from, such as ``--rate x2``.

    Raises:
        ProfileError: there is no peak.
    """
    peak = 1.0 if rate.is_factor else Curve(profile.stages, profile.turns).peak_per_s
    if not peak:
        raise ProfileError([f"{source}: {NO_PEAK}"])

    def scale(planned: float) -> float:
        return planned * rate.value / peak  # in this order, the peak becomes the number to the last bit

    for index, (row, stage) in enumerate(zip(data["stages"], profile.stages, strict=True)):
        planned = row.get("rate_per_s")
        if planned is None:  # a trace at its own rate
            planned = Curve([stage]).mass / stage.duration_s
        value = [scale(end) for end in planned] if isinstance(planned, list) else scale(planned)
        yield Setting(("stages", index, "rate_per_s"), value, source)
    for index, turn in enumerate(profile.turns):
        if turn.rate is not None and not turn.rate.is_factor:
            yield Setting(("turns", index, "rate"), scale(turn.rate.value), source)
