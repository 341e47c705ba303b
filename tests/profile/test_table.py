"""The tables of a profile: defaults, and every mistake in its own words."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner
from loadtest.profile.model import Arrivals
from loadtest.profile.table import ProfileTable

KNOWN = "auto, generic, nicegui, flask-socketio, python-socketio, socketio-node, chainlit, reflex"

LEAST: dict[str, Any] = {"app": {"preset": "nicegui"}, "stages": [{"duration_s": 30, "rate_per_s": 20}]}


def table_of(**keys: Any) -> ProfileTable:
    return ProfileTable.model_validate({**LEAST, **keys})


def told(**keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        table_of(**keys)
    return [str(mistake) for mistake in mistakes_of(caught.value)]


def test_a_profile_needs_an_app_and_a_stage_and_no_more() -> None:
    table = table_of()

    assert (table.description, table.seed, table.max_visits) == ("", 0, None)
    assert (table.users.max, table.departures, dict(table.thresholds.expressions)) == (200, [], {})
    assert table.dwell_s == Distribution(Law.EXPONENTIAL, 2.0)
    assert dict(table.deadline_s) == dict.fromkeys(Phase, 10.0)
    assert table.stages[0].build(200).arrivals is Arrivals.POISSON


def test_an_empty_profile_is_told_what_it_needs() -> None:
    with pytest.raises(ValidationError) as caught:
        ProfileTable.model_validate({})

    assert [str(mistake) for mistake in mistakes_of(caught.value)] == [
        "stages: is missing; write [[stages]] with duration_s = 30 and rate_per_s = 20",
    ]


def test_top_level_keys_are_judged() -> None:
    assert told(description=3, seed=-1, max_visits=0, dwell=3) == [
        "description: 3 is not a string",
        "seed: -1 is below 0",
        "max_visits: 0 is below 1",
        "dwell: unknown key; did you mean dwell_s?",
    ]


@pytest.mark.parametrize(
    ("app", "mistakes"),
    [
        (3, ["app: 3 is not a table"]),
        (
            {"preset": "niceguy"},
            [f'app.preset: "niceguy" is not a preset; known: {KNOWN}'],
        ),
        (
            {"preset": 3},
            [f"app.preset: 3 is not a preset; known: {KNOWN}"],
        ),
        (
            {"pages": ["x"], "page": "/"},
            [
                'app.pages[0]: "x" is not a path that begins with a slash, such as "/"',
                "app.page: unknown key; did you mean pages?",
            ],
        ),
        (
            {"preset": "nicegui", "handshake": {"event": "x"}},
            [
                (
                    "app.handshake: unknown key; "
                    "known: preset, pages, transports, headers, data, cookies, login, tls, quiet_s, "
                    "allowed_hosts, steps, socket_path"
                )
            ],
        ),
        ({"query": {"a": 3}}, ["app.query.a: 3 is not a string"]),
    ],
    ids=str,
)
def test_a_wrong_app_is_told(app: Any, mistakes: list[str]) -> None:
    assert told(app=app) == mistakes


@pytest.mark.parametrize("keys", [{}, {"app": {}}, {"app": {"pages": ["/x"]}}], ids=str)
def test_an_app_that_is_not_said_is_found_out(keys: Any) -> None:
    table = ProfileTable.model_validate({"stages": LEAST["stages"], **keys})

    assert table.app.preset == "auto"


@pytest.mark.parametrize("app", [{"preset": "generic"}, {"socket_path": "/ws"}])
def test_generic_keys_need_no_preset(app: Any) -> None:
    assert table_of(app=app).app.preset == "generic"


@pytest.mark.parametrize(
    ("rate", "ends"), [(20, (20.0,)), ([0, 50], (0.0, 50.0)), ([5.5, 0], (5.5, 0.0))], ids=str
)
def test_a_rate_is_a_number_or_from_to(rate: Any, ends: tuple[float, ...]) -> None:
    assert table_of(stages=[{"duration_s": 1, "rate_per_s": rate}]).stages[0].rate_per_s == ends


@pytest.mark.parametrize(
    ("rate", "mistakes"),
    [
        (-5, ["stages[0].rate_per_s: -5 is not above 0"]),
        (0, ["stages[0].rate_per_s: 0 is not above 0"]),
        ("fast", ['stages[0].rate_per_s: "fast" is not a number']),
        ([1], ["stages[0].rate_per_s: [1] is not a number or [from, to]"]),
        ({"from": 1}, ['stages[0].rate_per_s: {"from": 1} is not a number or [from, to]']),
        (
            [-1, True],
            ["stages[0].rate_per_s[0]: -1 is below 0", "stages[0].rate_per_s[1]: true is not a number"],
        ),
    ],
    ids=str,
)
def test_a_wrong_rate_is_told(rate: Any, mistakes: list[str]) -> None:
    assert told(stages=[{"duration_s": 1, "rate_per_s": rate}]) == mistakes


def test_wrong_stages_are_told() -> None:
    assert told(stages=[]) == [
        "stages: is missing; write [[stages]] with duration_s = 30 and rate_per_s = 20"
    ]
    assert told(stages=[{"duration_s": 1, "rate_per_s": [0, 0]}]) == [
        "stages: all rates are 0, so nobody would come; give a stage more"
    ]
    assert told(stages=[{}, {"duration_s": 0, "rate_per_s": 1, "arrivals": "poison"}]) == [
        "stages[0].duration_s: is missing; write duration_s = 30",
        "stages[1].duration_s: 0 is not above 0",
        'stages[1].arrivals: "poison" is not one of poisson, constant, bursts',
    ]


def test_a_pause_between_stages_is_allowed() -> None:
    stages = [{"duration_s": 1, "rate_per_s": rate} for rate in (5, [0, 0], 5)]

    assert len(table_of(stages=stages).stages) == 3


def test_a_pool_has_at_least_one_and_at_most_a_million_users() -> None:
    assert told(users={"max": 0}) == ["users.max: 0 is below 1"]
    assert told(users={"max": 10**7}) == ["users.max: 10000000 is above 1,000,000"]
    assert table_of(users={"max": 5}).users.max == 5


@pytest.mark.parametrize(
    ("row", "at", "manner"),
    [
        ({"at": "P16"}, "P16", None),
        ({"at": "before_handshake", "manner": "rst"}, "P16", Manner.RST),
        ({"at": "P03", "manner": "fin", "weight": 0.5}, "P03", Manner.FIN),
        ({"at": "stay"}, "stay", None),
        ({"at": "any"}, "any", None),
        ({"at": "stay", "manner": "ws_close"}, "stay", Manner.WS_CLOSE),
        ({"after_s": 0.5, "manner": "silent"}, None, Manner.SILENT),
    ],
    ids=str,
)
def test_a_departure_is_at_a_point_after_a_stay_or_by_the_clock(
    row: Any, at: str | None, manner: Manner | None
) -> None:
    (departure,) = table_of(departures=[row]).departures

    assert (departure.at, departure.manner) == (at, manner)


@pytest.mark.parametrize(
    ("row", "mistakes"),
    [
        ({}, ['after_s: is missing, as is at; write at = "P16", at = "stay" or after_s = 0.5']),
        ({"at": "P16", "after_s": 1}, ['after_s: there is at = "P16" already; write one of the two']),
        ({"at": "P166"}, ['at: "P166" is not a point; did you mean P16 or P16b?']),
        (
            {"at": 16},
            [
                (
                    "at: 16 is not a point; known: stay, any, P00, P01, P02, P03, P04, P05, P06, P06b, P07, "
                    "P07b, P08, P09, P10, P11, P12, P13, P14, P15, P16, P16b, P17, P18, P19, P20, P20b, P21, "
                    "P22, P23, P24, P25, P26"
                )
            ],
        ),
        (
            {"at": "P03", "manner": "ws_close"},
            [
                (
                    'manner: "ws_close" cannot be had at P03: there is no WebSocket yet; '
                    "possible: fin, rst, silent"
                )
            ],
        ),
        (
            {"at": "P15", "manner": "Fin", "weight": -1},
            [
                'manner: "Fin" is not one of ws_close, fin, rst, sio_disconnect, eio_close, silent',
                "weight: -1 is below 0",
            ],
        ),
        (
            {"at": "stay", "manner": "rst"},
            ['manner: "rst" cannot be had after a stay, which ends as a browser does; leave it out'],
        ),
        ({"at": "nowhere", "after_s": -1}, ["after_s: -1 is below 0"]),
    ],
    ids=str,
)
def test_a_wrong_departure_is_told(row: Any, mistakes: list[str]) -> None:
    found = [mistake.removeprefix("departures[1].") for mistake in told(departures=[{"at": "P16"}, row])]

    assert [mistake for mistake in found if '"nowhere"' not in mistake] == mistakes


def test_departures_need_some_weight() -> None:
    rows = [{"at": "P16", "weight": 0}, {"at": "stay", "weight": 0.0}]

    assert told(departures=rows) == ["departures: all weights are 0; give a departure more"]


def test_deadlines_are_one_number_or_given_by_phase() -> None:
    assert dict(table_of(deadline_s=3).deadline_s) == dict.fromkeys(Phase, 3.0)
    assert table_of(deadline_s={"page": 30}).deadline_s == {**dict.fromkeys(Phase, 10.0), Phase.PAGE: 30.0}


@pytest.mark.parametrize(
    ("deadline", "mistakes"),
    [
        (0, ["deadline_s: 0 is not above 0; write seconds, for all phases or { page = 20 } for some"]),
        (
            {"pages": 3, "open": "3", "connect": 0},
            [
                "deadline_s.pages: unknown phase; did you mean page?",
                'deadline_s.open: "3" is not a number',
                "deadline_s.connect: 0 is not above 0",
            ],
        ),
    ],
    ids=str,
)
def test_a_wrong_deadline_is_told(deadline: Any, mistakes: list[str]) -> None:
    assert told(deadline_s=deadline) == mistakes


def test_thresholds_are_kept_by_metric() -> None:
    thresholds = table_of(thresholds={"phases.handshake": ["p(95)<200", "max<1000"]}).thresholds

    assert thresholds.aborts == ()
    assert dict(thresholds.expressions) == {"phases.handshake": ("p(95)<200", "max<1000")}


@pytest.mark.parametrize(
    ("thresholds", "mistakes"),
    [
        (3, ['thresholds: 3 is not a table, such as { "server.errors" = ["count==0"] }']),
        (
            {"server.error": ["count==0"]},
            ['thresholds."server.error": unknown metric; did you mean server.errors or server.known_errors?'],
        ),
        (
            {"server.errors": "count==0"},
            ['thresholds."server.errors": "count==0" is not a list of expressions, such as ["count==0"]'],
        ),
        (
            {"server.errors": []},
            ['thresholds."server.errors": [] is not a list of expressions, such as ["count==0"]'],
        ),
        (
            {"server.errors": ["count==0", 3]},
            [
                (
                    'thresholds."server.errors"[1]: 3 is not a string, nor a table such as '
                    '{ threshold = "count==0" }'
                )
            ],
        ),
    ],
    ids=str,
)
def test_wrong_thresholds_are_told(thresholds: Any, mistakes: list[str]) -> None:
    assert told(thresholds=thresholds) == mistakes


def test_a_wrong_expression_is_told_in_the_grammars_own_words() -> None:
    (mistake,) = told(thresholds={"server.errors": ["count=0"]})

    assert mistake.startswith("thresholds.\"server.errors\"[0]: 'count=0' is not a threshold: write ")


def test_a_journey_is_a_table_of_weights() -> None:
    journey = table_of(users={"journey": {"navigate": 8, "back": 0, "reload": 0.5}}).users.journey

    assert dict(journey) == {Move.NAVIGATE: 8.0, Move.BACK: 0.0, Move.RELOAD: 0.5}
    assert dict(table_of(users={"journey": {}}).users.journey) == {}
    assert dict(table_of().users.journey) == {}


@pytest.mark.parametrize(
    ("journey", "mistakes"),
    [
        (
            ["navigate"],
            ['users.journey: ["navigate"] is not a table of weights, such as { navigate = 8, reload = 1 }'],
        ),
        (
            {"navigat": 1, "reload": -1, "back": "often"},
            [
                "users.journey.navigat: unknown move; did you mean navigate?",
                "users.journey.reload: -1 is below 0",
                'users.journey.back: "often" is not a number',
            ],
        ),
        ({"navigate": 0}, ["users.journey: all weights are 0; give a move more"]),
    ],
    ids=str,
)
def test_a_wrong_journey_is_told(journey: Any, mistakes: list[str]) -> None:
    assert told(users={"journey": journey}) == mistakes


def test_assertions_have_names_of_their_own_and_tell_their_places() -> None:
    rows = [
        {"name": "a", "event": "x"},
        {"name": "b", "event": "x"},
        {"name": "a", "ack": "y"},
    ]
    assert told(assertions=rows) == ['assertions[2].name: "a" is the name of another one already']
    assert told(assertions=[{"name": "a", "event": "x"}, {"name": "b"}]) == [
        'assertions[1].ack: write one of event = "welcome" and ack = "join" (the event that asked for it)'
    ]


GAUGE = {"name": "clients", "value": "app:clients"}


def test_thresholds_may_name_the_profiles_gauges() -> None:
    thresholds = {"server.gauges.clients": ["value<5"], "server.gauges.clients.value": ["value<9"]}

    assert dict(table_of(gauges=[GAUGE], thresholds=thresholds).thresholds.expressions) == {
        "server.gauges.clients": ("value<5",),
        "server.gauges.clients.value": ("value<9",),
    }


def test_a_threshold_on_a_gauge_that_is_not_there_is_a_mistake() -> None:
    thresholds = {"server.gauges.client": ["value<5"], "server.gauges.clients": ["count==0"]}

    assert told(gauges=[GAUGE], thresholds=thresholds) == [
        (
            'thresholds."server.gauges.client": unknown metric; did you mean server.gauges.clients or '
            "server.gauges.clients.value?"
        ),
        "thresholds.\"server.gauges.clients\"[0]: 'count==0': server.gauges.clients has value",
    ]


def test_of_gauges_that_are_wrong_the_thresholds_are_not_wrong_too() -> None:
    thresholds = {"server.gauges.clients": ["value<5"], "server.gauges.clients.value": ["value<5"]}

    assert told(gauges=[{**GAUGE, "value": 3}], thresholds=thresholds) == [
        "gauges[0].value: 3 is not a string"
    ]


def test_each_gauge_has_a_name_of_its_own_and_there_are_not_too_many() -> None:
    assert told(gauges=[GAUGE, GAUGE]) == ['gauges[1].name: "clients" is the name of another one already']
    assert told(gauges=[{**GAUGE, "name": f"g{n}"} for n in range(51)]) == ["gauges: has 51, more than 50"]
