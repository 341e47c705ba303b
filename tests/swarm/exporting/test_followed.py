"""One run, added up while it goes."""

from collections.abc import Iterator, Mapping
from typing import Any

import gevent
import pytest

from loadtest.swarm.account import Account
from loadtest.swarm.exporting.followed import Followed
from loadtest.swarm.exporting.standing import Inside
from loadtest.swarm.messages import Report
from loadtest.swarm.server_side.collector import Collector
from tests.exports.standing import LINE, values
from tests.report.building import RUN, info
from tests.swarm.test_account import PROFILE, report

VISIT = LINE % ("0" * 32) + "\n"


def told(lines: str, run: str = RUN) -> Report:
    return report(0, run=run, lines=lines)


class Run:
    """A run under load."""

    def __init__(self) -> None:
        self.account = Account(PROFILE, 10.0)
        collector = Collector("00c0ffee00c0ffee", lambda _: None, ("127.0.0.1", 0))
        self.inside = Inside(info(versions={"loadtest": "0.1.0"}), self.account, collector)
        self.state = "load"
        self.summary: Mapping[str, Any] = {}


@pytest.fixture
def run() -> Iterator[Run]:
    """A run, whose collector listens."""
    run = Run()
    yield run
    run.inside.collector.close()


def ended(followed: Followed) -> float:
    return float(values(followed.reading())["navigations"]["left",])


def test_records_are_read_when_the_figures_are(run: Run) -> None:
    followed = Followed(run)
    followed.hear(told(VISIT * 60))
    followed.hear(told(""))
    followed.hear(told(VISIT))

    assert ended(followed) == 61
    assert followed.skipped == 0
    followed.end()


def test_who_asks_again_at_once_is_told_the_same(run: Run) -> None:
    followed = Followed(run)
    first = followed.reading()
    followed.hear(told(VISIT))

    assert followed.reading() is first
    followed.end()
    assert ended(followed) == 1


def test_what_is_no_record_costs_no_more_than_itself_and_its_neighbours(run: Run) -> None:
    followed = Followed(run)
    followed.hear(told("nonsense\n" + VISIT * 30))

    assert (ended(followed), followed.skipped) == (6, 1)
    followed.end()


def test_where_nobody_asks_records_do_not_pile_up(run: Run) -> None:
    followed = Followed(run)
    followed.hear(told(VISIT))
    with gevent.Timeout(30):
        while followed._waiting:
            gevent.sleep(0.05)

    assert ended(followed) == 1
    followed.end()


def test_the_generators_reports_are_the_runs_counts(run: Run) -> None:
    run.account.take(report(0, due=7, dropped=1, ended=4, late=2, cpu_s=1.5))
    run.account.take(report(1, due=5, ended=5, cpu_s=0.5))
    found = values(Followed(run).reading())

    assert found["navigations.due"][()] == 12
    assert found["navigations.dropped"][()] == 1
    assert found["navigations.late"][()] == 2
    assert found["navigations.under_way"][()] == 2
    assert found["generator.cpu"] == {("0",): 1.5, ("1",): 0.5}


def test_neither_another_runs_records_are_heard_nor_any_after_the_verdict(run: Run) -> None:
    followed = Followed(run)
    followed.hear(told(VISIT, "ff" * 8))
    followed.hear(told(VISIT))
    followed.end()
    followed.hear(told(VISIT))

    assert ended(followed) == 1
