"""Our driver without Locust, kept busy.

python tools/driver.py URL VISITORS PROFILE      runs until it is ended
"""

import itertools
import sys
import time
from collections.abc import Iterator

import gevent

from loadtest.navigation.departure import Departure
from loadtest.navigation.point import Manner
from loadtest.profile.load import load_profile
from loadtest.transport.driver import Assignment, Driver
from loadtest.transport.keeper import Keeper
from loadtest.transport.tab import Tab
from loadtest.transport.target import Target


def keep_visiting(driver: Driver, numbers: Iterator[int]) -> None:
    """Visit for ever, in one tab."""
    tab, departure = Tab(), Departure("P18", Manner.WS_CLOSE)
    while True:
        record = driver.visit(tab, Assignment(next(numbers), 0.0, "/", departure))
        if not record.is_as_planned:
            raise ConnectionError(f"{record.outcome}: {record.error} {record.detail}")


def main() -> None:
    """Keep so many visitors busy."""
    url, visitors, profile = sys.argv[1:]
    app = load_profile(profile).app
    driver = Driver(Target.resolve(url), app, {}, Keeper(), "0123456789abcdef", time.monotonic())
    numbers = itertools.count()
    gevent.joinall(
        [gevent.spawn(keep_visiting, driver, numbers) for _ in range(int(visitors))], raise_error=True
    )


if __name__ == "__main__":
    main()
