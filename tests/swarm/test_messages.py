"""What the master and its generators tell each other."""

import json
from dataclasses import replace

import pytest

from loadtest.profile.load import add_turn, parse_profile
from loadtest.profile.model import Rate, Turn
from loadtest.swarm.messages import Begin, Report, Turned

BEGIN = Begin(
    run="00112233445566ff",
    profile_name="demo",
    profile_text="seed = 1\n",
    host="http://127.0.0.1:1",
    t0_at=1.5,
    time_s=None,
    index=1,
    generators=2,
    users=200,
)
REPORT = Report(
    run="00112233445566ff",
    index=0,
    lines="{}\n",
    due=10,
    late=3,
    dropped=2,
    ended=8,
    failed=1,
    last_error="connection refused",
    is_exhausted=True,
    silent=3,
    ping_s=3.0,
    cpu_s=0.25,
    loop_lag={"count": 0, "sum_us": 0, "max_us": 0, "counts": {}},
)


def test_a_begin_survives_the_wire() -> None:
    assert Begin.from_wire(json.loads(json.dumps(BEGIN.to_wire()))) == BEGIN


def test_a_report_survives_the_wire() -> None:
    assert Report.from_wire(json.loads(json.dumps(REPORT.to_wire()))) == REPORT


@pytest.mark.parametrize(
    ("report", "under_way", "is_done"),
    [
        (REPORT, 0, True),
        (replace(REPORT, ended=7), 1, False),
        (replace(REPORT, is_exhausted=False), 0, False),
    ],
)
def test_a_generator_is_done_when_its_share_has_come_due_and_every_visit_has_ended(
    report: Report, under_way: int, is_done: bool
) -> None:
    assert (report.under_way, report.is_done) == (under_way, is_done)


PROFILE = parse_profile(
    """
[app]
preset = "generic"
transports = ["websocket", "polling"]
[[stages]]
duration_s = 60
rate_per_s = 10
[[departures]]
at = "P18"
manner = "fin"
weight = 3
[[departures]]
at = "stay"
[[turns]]
at_s = 30
rate = "x2"
""",
    name="turned",
    source="turned.toml",
)


@pytest.mark.parametrize(
    "turn",
    [
        Turn(12.5, Rate(3.0, is_factor=True)),
        Turn(12.5, Rate(0.0, is_factor=False), (0.0, 2.0)),
        Turn(42.0, None, (1.0, 0.0)),
        Turn(30.0, Rate(7.0, is_factor=False)),
    ],
)
def test_a_turn_makes_of_a_profile_what_its_text_says_too(turn: Turn) -> None:
    read = add_turn(PROFILE, turn)
    sent = Turned.of("00112233445566ff", turn, read.mix_at(turn.at_s))

    heard = Turned.from_wire(json.loads(json.dumps(sent.to_wire())))

    assert heard == sent
    assert replace(heard.put_into(PROFILE), text=read.text) == read


def test_a_turn_between_others_is_put_where_it_belongs() -> None:
    read = add_turn(add_turn(PROFILE, Turn(50.0, None, (1.0, 1.0))), Turn(10.0, None, (1.0, 9.0)))

    assert [turn.at_s for turn in read.turns] == [10.0, 30.0, 50.0]
    assert [at_s for at_s, _ in read.later_mixes] == [10.0, 50.0]
    again = parse_profile(read.text, name="turned", source="turned.toml")
    assert again == read
