"""One visit, to see whether a profile fits its app."""

import re
from pathlib import Path

from loadtest.demo.fault import Fault
from loadtest.discovery.trial import describe_visit, try_visit
from loadtest.navigation.record import Outcome
from loadtest.profile.load import parse_profile
from loadtest.transport.target import Target
from tests.demo.boards import board
from tests.discovery.hosts import everywhere
from tests.transport.server import Peer

RATE = "stages = [{ duration_s = 1, rate_per_s = 1 }]\n"
BOARD = RATE + (
    """app.extract = { visitor = { regex = 'data-visitor="([^"]+)"' } }\n"""
    'app.handshake = { event = "join", data = { visitor = "$visitor" }, ack = true }\n'
)


def test_a_profile_that_fits_completes_its_visit(tmp_path: Path) -> None:
    with board(Fault.NONE, tmp_path / "board.log") as running:
        target = Target.resolve(running.url)
        record = try_visit(parse_profile(BOARD, name="a", source="a"), target, 5)

    assert record.outcome is Outcome.COMPLETED
    assert re.fullmatch(
        r"one visit: completed \(page \d+ ms, open \d+ ms, connect \d+ ms, handshake \d+ ms\)",
        describe_visit(record),
    )


def test_one_that_does_not_says_what_happened(tmp_path: Path) -> None:
    profile = parse_profile(BOARD.replace("data-visitor", "data-guest"), name="a", source="a")
    with board(Fault.NONE, tmp_path / "board.log") as running:
        record = try_visit(profile, Target.resolve(running.url), 5)

    assert describe_visit(record) == (
        "one visit: failed, the page lacks what its socket needs: the page does not hold visitor"
    )


def test_a_host_that_says_nothing_is_a_visit_that_timed_out() -> None:
    with everywhere(Peer.end) as target:
        record = try_visit(parse_profile(RATE + "app.preset = 'generic'", name="a", source="a"), target, 0.2)

    assert describe_visit(record) == "one visit: timed out, no page within the deadline"
