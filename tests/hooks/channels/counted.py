"""What has been counted, in short, and the ways to make a place current."""

from collections.abc import Iterator
from contextlib import contextmanager

from loadtest.hooks.context import Place, enter, leave
from loadtest.hooks.process import HookedProcess
from tests.hooks.hooked_servers import told

__all__ = ["errors_of", "strays_of", "within"]


def errors_of(process: HookedProcess) -> list[tuple[str, str, int, list[int]]]:
    """Return channel, type, count and navigations of each error of the run."""
    return [
        (error["channel"], error["type"], error["count"], error["navigations"])
        for error in told(process)["errors"]
    ]


def strays_of(process: HookedProcess) -> list[tuple[str, str, int]]:
    """Return channel, type and count of each error of no known navigation."""
    return [
        (str(e["channel"]), str(e["type"]), int(str(e["count"]))) for e in process.recorder.strays.to_json()
    ]


@contextmanager
def within(place: Place | None) -> Iterator[None]:
    """Make a place current."""
    token = enter(place)
    try:
        yield
    finally:
        leave(token)
