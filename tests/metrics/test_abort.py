"""Thresholds that may end a run while it is on."""

import pytest

from loadtest.metrics.abort import Abort, why_never
from loadtest.metrics.threshold import parse


@pytest.mark.parametrize(
    ("metric", "expression"),
    [
        ("server.errors", "count==0"),
        ("navigations.failed", "count<5"),
        ("navigations.completed", "rate>0.9"),
        ("phases.handshake", "p(95)>5"),
        ("server.gauges.clients", "value>0"),
    ],
)
def test_what_shows_while_people_are_there_may_end_a_run(metric: str, expression: str) -> None:
    assert why_never(metric, parse(expression)) is None


@pytest.mark.parametrize(
    ("metric", "expression", "reason"),
    [
        ("server.residue.sids", "value==0", "when everybody has gone"),
        ("generator.cpu", "value<0.9", "says nothing of the server"),
        ("quiet.waited_s", "value<5", "comes after the run"),
        ("navigations.lost_numbers", "count==0", "at the run's end"),
        ("navigations.completed", "count>=100", "only grows"),
        ("navigations.completed", "count!=7", "only grows"),
        ("phases.page", "count>3", "only grows"),
    ],
)
def test_what_only_the_end_can_tell_may_not(metric: str, expression: str, reason: str) -> None:
    assert reason in str(why_never(metric, parse(expression)))


def test_one_is_told_as_it_is_written() -> None:
    assert str(Abort("server.errors", "count==0", 3.0)) == "server.errors count==0"
