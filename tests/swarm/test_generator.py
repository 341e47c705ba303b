"""One process's share of a run."""

import json
import socket
import time
from collections.abc import Callable

import gevent

from loadtest.navigation.journey import Move
from loadtest.navigation.record import NavigationRecord
from loadtest.swarm.generator import Generator
from loadtest.swarm.messages import Begin, Report
from loadtest.swarm.ways import PlainWays
from loadtest.transport.tab import Shown, Tab

VISITS = 20
PROFILE = f"""
max_visits = {VISITS}
[app]
preset = "generic"
pages = ["/"]
[[stages]]
duration_s = 60
rate_per_s = 200
arrivals = "constant"
"""


def serve_all(tab: Callable[[], Tab]) -> tuple[list[Report], list[NavigationRecord]]:
    """Serve a share in tabs of this kind, of a host where nobody listens, and return what came of it."""
    sent: list[Report] = []
    told: list[NavigationRecord] = []
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        begin = Begin(
            run="00c0ffee00c0ffee",
            profile_name="few",
            profile_text=PROFILE,
            host=f"http://127.0.0.1:{deaf.getsockname()[1]}",
            t0_at=time.time(),
            time_s=None,
            index=0,
            generators=1,
            users=200,
        )
        generator = Generator(begin, send=sent.append, tell=told.append)
        users = [gevent.spawn(generator.serve, tab(), PlainWays()) for _ in range(VISITS)]
        gevent.idle()
        generator.start()
        gevent.joinall(users, timeout=30)
        generator.stop()
    return sent, told


def test_every_visit_is_told_and_sent_once_however_few_have_ended() -> None:
    """20 are no multiple of what is written together; nobody listens, so they end at once."""
    sent, told = serve_all(Tab)

    lines = [json.loads(line) for report in sent for line in report.lines.splitlines()]
    assert [line["outcome"] for line in lines] == ["failed"] * VISITS
    assert sorted(line["number"] for line in lines) == list(range(VISITS))
    assert [record.number for record in told] == [line["number"] for line in lines]
    assert (sent[-1].ended, sent[-1].failed, sent[-1].dropped) == (VISITS, VISITS, 0)


class BrokenTab(Tab):
    """A tab with a fault of ours in it."""

    def leads_to(self, move: Move, drawn: str) -> Shown:
        """Fail where nobody expects it."""
        raise KeyError(f"{move} {drawn}")


def test_a_visit_that_a_fault_of_ours_ends_has_a_record_all_the_same() -> None:
    sent, told = serve_all(BrokenTab)

    assert {(record.outcome, record.error, record.detail) for record in told} == {
        ("failed", "a fault of loadtest's own", "KeyError('navigate /')")
    }
    assert (sent[-1].ended, sent[-1].failed, len(told)) == (VISITS, VISITS, VISITS)
