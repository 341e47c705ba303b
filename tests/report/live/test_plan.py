"""What a run set out to do, out of its profile's text."""

from pathlib import Path
from typing import Any

from loadtest.report.info import Ended
from loadtest.report.live.plan import tell_run
from tests.report.building import info

FOLDER = Path("results/a")
APP = '[app]\npages = ["/"]\nhandshake = { event = "join", ack = true }\n'
OPEN = f"""{APP}
[[stages]]
duration_s = 10
rate_per_s = [0, 20]
warm_up = true

[[stages]]
duration_s = 20
rate_per_s = 20

[[departures]]
at = "before_handshake"
manner = "fin"
weight = 3

[[departures]]
at = "stay"

[[departures]]
after_s = 0.5
manner = "ws_close"

[[departures]]
at = "any"
weight = 0.5
"""
TURNS = """
[[turns]]
at_s = 15
rate = "x2"

[[turns]]
at_s = 20
rate = 5
weights = [1, 2, 3, 4]
"""


def told(text: str, **changes: Any) -> dict[str, Any]:
    """Return the message of a run with this profile."""
    return tell_run(info(profile_text=text, **changes), FOLDER)


def test_a_run_is_told_with_all_that_it_set_out_to_do() -> None:
    message = told(OPEN, ended=Ended.RUNNING)
    assert message == {
        "type": "run",
        "id": "00c0ffee00c0ffee",
        "profile": "nicegui",
        "description": "x",
        "seed": 7,
        "host": "http://127.0.0.1:8080",
        "folder": "results/a",
        "started_at": "2026-01-02T03:04:05.000Z",
        "t0_at": "2026-01-02T03:04:06.000000Z",
        "duration_s": 30.0,
        "workers": 1,
        "users": 200,
        "ended": "running",
        "closed": False,
        "stages": [
            {
                "index": 0,
                "start_s": 0.0,
                "duration_s": 10.0,
                "warm_up": True,
                "text": "10 s, from 0 to 20 navigations a second, poisson, warm-up",
            },
            {
                "index": 1,
                "start_s": 10.0,
                "duration_s": 20.0,
                "warm_up": False,
                "text": "20 s, 20 navigations a second, poisson",
            },
        ],
        "turns": [],
        "planned": [[0.0, 0.0], [10.0, 20.0], [30.0, 20.0]],
        "planned_users": [],
        "departures": [
            {
                "index": 0,
                "text": "at P16 (read the CONNECT reply, handshake not sent), fin",
                "weight": 3.0,
            },
            {"index": 1, "text": "after a stay, as a browser does", "weight": 1.0},
            {"index": 2, "text": "by the clock, ws_close", "weight": 1.0},
            {"index": 3, "text": "at any point", "weight": 0.5},
        ],
    }


def test_turns_change_the_rate_and_the_weights() -> None:
    message = told(OPEN + TURNS)
    assert message["turns"] == [
        {"at_s": 15.0, "rate": "x2", "weights": None},
        {"at_s": 20.0, "rate": 5.0, "weights": [1.0, 2.0, 3.0, 4.0]},
    ]
    assert message["planned"][2:] == [[15.0, 20.0], [15.0, 40.0], [20.0, 40.0], [20.0, 5.0], [30.0, 5.0]]
    assert [row["weight"] for row in message["departures"]] == [1.0, 2.0, 3.0, 4.0]


def test_a_run_that_was_cut_short_plans_nothing_after_its_end() -> None:
    assert told(OPEN, duration_s=5.0)["planned"] == [[0.0, 0.0], [5.0, 10.0]]


def test_a_rate_with_many_corners_is_told_by_400_points() -> None:
    stages = "".join(f"[[stages]]\nduration_s = 1\nrate_per_s = {rate}\n" for rate in range(1, 302))
    planned = told(f"{APP}\n{stages}", duration_s=301.0)["planned"]
    assert (len(planned), planned[0], planned[-1]) == (400, [0.0, 1.0], [300.248, 301.0])


def test_a_closed_model_plans_tabs_and_no_rate() -> None:
    message = told(f"{APP}\n[[stages]]\nduration_s = 30\nusers = [0, 40]\n")
    assert (message["closed"], message["planned"]) == (True, [])
    assert message["planned_users"][:2] == [[0.0, 0.0], [0.075, 0.1]]
    assert len(message["planned_users"]) == 400


def test_who_draws_no_departure_stays() -> None:
    message = told(f"{APP}\n[[stages]]\nduration_s = 30\nrate_per_s = 1\n")
    assert message["departures"] == [{"index": 0, "text": "after a stay, as a browser does", "weight": 1.0}]


def test_the_departures_of_a_list_are_told_together() -> None:
    row = '[[visits]]\ndue_s = 5\nmanner = "fin"\n'
    message = told(f'{APP}\n{row}at = "P16"\n{row}at = "P16"\n{row}after_s = 0.25\n{row}after_s = 0.5\n')

    assert [(line["index"], line["weight"]) for line in message["departures"]] == [(0, 2.0), (1, 2.0)]
    assert message["departures"][0]["text"].startswith("at P16 (")
    assert message["departures"][1]["text"] == "by the clock, fin, over websocket"
    assert message["stages"][0]["text"] == "4 visits, as listed, in 5 s"


def test_a_profile_that_cannot_be_read_leaves_the_rest() -> None:
    message = told("[[stages]]\nduration_s = -1\n")
    assert (message["seed"], message["stages"], message["planned"]) == (7, [], [])
    assert message["departures"] == []
