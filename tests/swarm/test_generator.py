"""One process's share of a run."""

import itertools
import json
import socket
import time
from collections.abc import Callable

import gevent

from loadtest.navigation.journey import Move
from loadtest.navigation.record import NavigationRecord
from loadtest.profile.load import add_turn, parse_profile
from loadtest.profile.model import Profile, Rate, Turn
from loadtest.profile.pacing import Schedule
from loadtest.swarm.generator import Generator
from loadtest.swarm.messages import Begin, Report, Turned
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


TURNED = """
seed = 4
[app]
preset = "generic"
pages = ["/", "/other"]
[[stages]]
duration_s = 3.5
rate_per_s = [40, 10]
[[departures]]
at = "P18"
[[departures]]
at = "stay"
[users]
journey = { navigate = 3, reload = 1 }
"""
TURNS = (
    (Turn(0.8, Rate(3.0, is_factor=True)), 0.1),
    (Turn(1.3, None, (0.0, 1.0)), 0.5),
    (Turn(1.8, Rate(200.0, is_factor=False), (5.0, 1.0)), 1.0),
    (Turn(2.2, Rate(0.0, is_factor=False)), 1.4),
    (Turn(2.9, Rate(1.5, is_factor=True)), 2.25),
)
"""Turns, and when they are sent."""


def turn_live(generators: int) -> tuple[list[str], Profile]:
    """Let a profile run in so many generators, turned meanwhile, and return what was due, in order."""
    profile = parse_profile(TURNED, name="turned", source="turned.toml")
    sent: list[Report] = []
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        t0_at = time.time() + 0.1
        crew = [
            Generator(
                Begin(
                    run="00c0ffee00c0ffee",
                    profile_name="turned",
                    profile_text=TURNED,
                    host=f"http://127.0.0.1:{deaf.getsockname()[1]}",
                    t0_at=t0_at,
                    time_s=3.5,
                    index=index,
                    generators=generators,
                    users=200,
                ),
                send=sent.append,
                tell=lambda _: None,
            )
            for index in range(generators)
        ]
        users = [gevent.spawn(serve_on, generator) for generator in crew for _ in range(8)]
        gevent.idle()
        for generator in crew:
            generator.start()
        for turn, at_s in TURNS:
            gevent.sleep(max(t0_at + at_s - time.time(), 0.0))  # the knob is turned then
            profile = add_turn(profile, turn)
            for generator in crew:
                generator.turn(Turned.of("00c0ffee00c0ffee", turn, profile.mix_at(turn.at_s)))
        with gevent.Timeout(20):
            while len({report.index for report in sent if report.is_done}) < generators:
                gevent.sleep(0.01)
        for generator in crew:
            generator.stop()
        gevent.joinall(users, timeout=10)
    assert {report.astray for report in sent} == {0}
    records = [json.loads(line) for report in sent for line in report.lines.splitlines()]
    records.sort(key=lambda record: int(record["number"]))
    return [f"{record['number']} {record['due_s']} {record['planned']}" for record in records], profile


def serve_on(generator: Generator) -> None:
    tab = generator.new_tab()
    while generator.serve(tab, PlainWays()):
        pass


def test_two_generators_and_one_that_are_turned_alike_have_the_same_due_and_so_has_the_schedule() -> None:
    one, profile = turn_live(1)
    two, _ = turn_live(2)

    assert one == two
    arrivals = Schedule(profile.stages, profile.seed, None, profile.turns).arrivals()
    due = [(arrival.number, f"{arrival.due_s:.6f}") for arrival in arrivals]
    assert [f"{number} {float(due_s)}" for number, due_s in due] == [line.rpartition(" {")[0] for line in one]
    counts = [sum(begin <= float(due_s) < end for _, due_s in due) for begin, end in itertools.pairwise(CUTS)]
    assert counts[3] == 0
    assert min(counts[:3]) > 0
    assert counts[4] > 0


CUTS = (0.0, 0.8, 1.8, 2.2, 2.9, 3.5)


def test_a_turn_of_another_run_is_not_heard() -> None:
    sent: list[Report] = []
    begin = Begin(
        run="00c0ffee00c0ffee",
        profile_name="few",
        profile_text=PROFILE,
        host="http://127.0.0.1:1",
        t0_at=time.time() + 60,
        time_s=None,
        index=0,
        generators=1,
        users=200,
    )
    generator = Generator(begin, send=sent.append, tell=lambda _: None)
    turn = Turn(1.0, Rate(2.0, is_factor=True))
    for run in ("0000000000000001", begin.run):
        generator.turn(Turned(run, turn.at_s, 2.0, True, None, None))

    generator.report()

    assert sent[-1].turns == 1
