"""A user's own code inside a visit: its faults are told as its own, and end that visit alone."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from websocket import WebSocketException

from loadtest.errors import LoadtestError, OwnCodeError
from loadtest.navigation.departure import BY_CLOCK, STAY, Departure
from loadtest.navigation.point import POINTS

__all__ = ["checked", "guarded"]

_OF_THE_VISIT = (LoadtestError, OSError, WebSocketException)
"""What a conversation raises itself, when its visit has ended."""

_Result = TypeVar("_Result")


def guarded(act: Callable[..., _Result], *arguments: Any) -> _Result:
    """Call a user's code.

    Raises:
        OwnCodeError: in the place of any exception that is the code's own.
    """
    try:
        return act(*arguments)
    except _OF_THE_VISIT:
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        raise OwnCodeError(f"{error!r} in {Path(frame.filename).name}, line {frame.lineno}") from error


def checked(departure: Departure) -> Departure:
    """Return a departure that a user's code has made.

    Raises:
        OwnCodeError: it is none, or names no point.
    """
    if not isinstance(departure, Departure):
        raise OwnCodeError(f"departure() returned {departure!r}, which is no Departure")
    if departure.at not in POINTS and departure.at not in (STAY, BY_CLOCK):
        raise OwnCodeError(
            f"departure() returned at = {departure.at!r}, which is no point's id; "
            f'it is one such as "P16", or "{STAY}", or "{BY_CLOCK}"'
        )
    return departure
