"""The keys of [[departures]], and the choices that each row stands for."""

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.app import App
from loadtest.apps.generic import build_generic
from loadtest.apps.generic_table import GenericTable
from loadtest.apps.mistake import mistakes_of
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import POINTS, Manner, Transport
from loadtest.profile.departures_table import DepartureTable, choices_of, wrong_departures

WEBSOCKET, POLLING, UPGRADE = Transport
EVERY = tuple(Transport)


def app_with(*transports: Transport, namespaces: list[str] | None = None) -> App:
    table = GenericTable.model_validate(
        {"transports": list(transports or (WEBSOCKET,)), "namespaces": namespaces or ["/"]}
    )
    return build_generic(table)


def row_of(**keys: Any) -> DepartureTable:
    return DepartureTable.model_validate(keys)


def told(**keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        row_of(**keys)
    return [str(mistake) for mistake in mistakes_of(caught.value)]


def chosen(app: App, **keys: Any) -> list[Choice]:
    return list(choices_of(row_of(**keys), app))


def wrong(app: App, **keys: Any) -> list[str]:
    return [str(mistake) for mistake in wrong_departures([row_of(at="stay"), row_of(**keys)], app)]


MISTAKES = [
    (
        {"at": "P08", "transport": "websocket"},
        [
            (
                'transport: "websocket" never comes to P08: only a visit that upgrades comes here; '
                "possible: upgrade"
            )
        ],
    ),
    (
        {"at": "P13", "transport": "polling", "manner": "fin"},
        [
            (
                'transport: "polling" never comes to P13: only a visit that opens a WebSocket at once '
                "comes here; "
                "possible: websocket"
            )
        ],
    ),
    (
        {"at": "P16", "transport": "polling", "manner": "ws_close"},
        [
            (
                'manner: "ws_close" cannot be had at P16 over polling: long-polling has no WebSocket; '
                "possible: fin, rst, sio_disconnect, eio_close, silent"
            )
        ],
    ),
    ({"at": "P16", "transport": "http"}, ['transport: "http" is not one of websocket, polling, upgrade']),
    ({"at": "P16", "from": "open"}, ["from: only a departure by the clock has it; write it beside after_s"]),
    (
        {"after_s": 1, "from": "leaving"},
        ['from: "leaving" starts no clock; known: page, open, connect, handshake'],
    ),
    (
        {"at": "stay", "jitter_s": 1},
        ["jitter_s: only a departure at a point has it; by the clock, after_s is random itself"],
    ),
    (
        {"at": "any", "jitter_s": 1},
        ["jitter_s: only a departure at a point has it; by the clock, after_s is random itself"],
    ),
    (
        {"after_s": 1, "jitter_s": 1},
        ["jitter_s: only a departure at a point has it; by the clock, after_s is random itself"],
    ),
    ({"at": "P16", "jitter_s": -1}, ["jitter_s: -1 is below 0"]),
    ({"at": "P16", "jitter_s": "soon"}, ['jitter_s: "soon" is not a number']),
    ({"at": "P16", "jitter_s": True}, ["jitter_s: true is not a number"]),
    ({"at": "any", "after_s": 1}, ['after_s: there is at = "any" already; write one of the two']),
    (
        {"at": "P16", "since": "open"},
        ["since: unknown key; known: at, after_s, from, transport, manner, jitter_s, weight"],
    ),
]


@pytest.mark.parametrize(("keys", "mistakes"), MISTAKES, ids=str)
def test_a_wrong_row_is_told(keys: dict[str, Any], mistakes: list[str]) -> None:
    assert told(**keys) == mistakes


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_each_way_to_leave_can_be_written_and_no_other(point: Any) -> None:
    can = set()
    for transport in Transport:
        for manner in Manner:
            try:
                row_of(at=point.id, transport=transport.value, manner=manner.value)
            except ValidationError:
                continue
            can.add((transport, manner))
    assert can == {*point.ways()}


def test_a_name_stands_for_its_point() -> None:
    assert row_of(at="poll_connecting", manner="fin").at == "P06"


def test_a_clock_starts_at_the_page_or_where_from_says() -> None:
    law = Distribution(Law.EXPONENTIAL, 0.2)
    clock = {"after_s": {"exponential": 0.2}, "manner": "rst"}
    assert chosen(app_with(), **clock) == [Choice(BY_CLOCK, Manner.RST, 1.0, WEBSOCKET, law, Phase.PAGE)]
    for word in ("page", "open", "connect", "handshake"):
        (choice,) = chosen(app_with(), **clock, **{"from": word})
        assert choice.since is Phase(word)


def test_jitter_is_spread_evenly_up_to_a_number_or_by_a_law() -> None:
    (even,) = chosen(app_with(), at="P16", jitter_s=0.5)
    assert even.after_s == Distribution(Law.UNIFORM, 0.0, 0.5)
    (law,) = chosen(app_with(), at="P16", jitter_s={"exponential": 0.5})
    assert law.after_s == Distribution(Law.EXPONENTIAL, 0.5)


def test_a_row_is_shared_out_over_the_transports_that_can_do_it() -> None:
    app = app_with(*EVERY)
    assert chosen(app, at="P16", manner="ws_close", weight=3) == [
        Choice("P16", Manner.WS_CLOSE, 1.5, WEBSOCKET),
        Choice("P16", Manner.WS_CLOSE, 1.5, UPGRADE),
    ]
    assert chosen(app, at="P16", manner="fin", weight=3) == [
        Choice("P16", Manner.FIN, 1.0, transport) for transport in EVERY
    ]
    assert chosen(app, at="P08", manner="rst") == [Choice("P08", Manner.RST, 1.0, UPGRADE)]


HOW_A_BROWSER_LEAVES = [
    ("P03", [("P03", Manner.FIN), ("P03", Manner.FIN), ("P03", Manner.FIN)]),
    ("P13", [("P13", Manner.WS_CLOSE), ("P04", Manner.FIN), ("P04", Manner.FIN)]),
    ("P14", [("P14", Manner.WS_CLOSE), ("P05", Manner.FIN), ("P05", Manner.FIN)]),
    ("P15", [("P15", Manner.WS_CLOSE), ("P06", Manner.FIN), ("P15", Manner.WS_CLOSE)]),
    ("P16", [("P16", Manner.WS_CLOSE), ("P16", Manner.FIN), ("P16", Manner.WS_CLOSE)]),
    ("P16b", [("P16b", Manner.FIN), ("P16b", Manner.FIN), ("P16b", Manner.FIN)]),
    ("P19", [("P19", Manner.WS_CLOSE), ("P07", Manner.FIN), ("P19", Manner.WS_CLOSE)]),
]


@pytest.mark.parametrize(("at", "ways"), HOW_A_BROWSER_LEAVES, ids=str)
def test_a_row_that_names_only_its_point_leaves_as_a_browser_does_over_every_transport(
    at: str, ways: list[tuple[str, Manner]]
) -> None:
    assert chosen(app_with(*EVERY), at=at, weight=3) == [
        Choice(there, manner, 1.0, transport) for (there, manner), transport in zip(ways, EVERY, strict=True)
    ]


def test_a_row_that_names_its_transport_takes_a_manner_that_it_allows() -> None:
    assert chosen(app_with(), at="P16", transport="polling") == [Choice("P16", Manner.FIN, 1.0, POLLING)]
    assert chosen(app_with(), at="P07b", transport="polling") == [
        Choice("P07b", Manner.EIO_CLOSE, 1.0, POLLING)
    ]


def test_by_the_clock_a_browser_that_polls_has_no_close_frame_to_send() -> None:
    assert [choice.manner for choice in chosen(app_with(*EVERY), after_s=1)] == [
        *(Manner.WS_CLOSE, Manner.FIN, Manner.WS_CLOSE)
    ]
    assert [choice.manner for choice in chosen(app_with(*EVERY), after_s=1, manner="rst")] == [Manner.RST] * 3


def test_a_transport_that_is_named_is_taken_even_if_the_app_does_not_name_it() -> None:
    assert chosen(app_with(), at="P05", manner="fin", transport="polling") == [
        Choice("P05", Manner.FIN, 1.0, POLLING)
    ]


def test_who_stays_over_polling_has_no_close_frame_to_send() -> None:
    assert chosen(app_with(*EVERY), at="stay", weight=6) == [
        Choice(STAY, Manner.WS_CLOSE, 2.0, WEBSOCKET),
        Choice(STAY, Manner.FIN, 2.0, POLLING),
        Choice(STAY, Manner.WS_CLOSE, 2.0, UPGRADE),
    ]


@pytest.mark.parametrize("transports", [(WEBSOCKET,), (POLLING,), (UPGRADE,), EVERY], ids=str)
@pytest.mark.parametrize("namespaces", [["/"], ["/", "/chat"]], ids=str)
def test_any_is_spread_evenly_over_all_points_that_can_be_reached(
    transports: tuple[Transport, ...], namespaces: list[str]
) -> None:
    choices = chosen(app_with(*transports, namespaces=namespaces), at="any", weight=2)
    shares: Counter[str] = Counter()
    for choice in choices:
        shares[choice.at] += choice.weight  # type: ignore[assignment]  # a counter of floats
    reached = {point.id for point in POINTS.values() if {*transports} & {*point.manners}}
    if len(namespaces) == 1:
        reached.discard("P26")
    assert {*shares} == reached
    assert [*shares.values()] == pytest.approx([2 / len(reached)] * len(reached))
    ways = {(choice.at, choice.transport, choice.manner) for choice in choices}
    assert len(ways) == len(choices)
    assert ways == {(at, *way) for at in reached for way in POINTS[at].ways() if way[0] in transports}


def test_at_each_point_any_is_spread_evenly_over_its_ways() -> None:
    choices = [choice for choice in chosen(app_with(), at="any") if choice.at == "P16"]
    assert len(choices) == 6
    assert len({choice.weight for choice in choices}) == 1


def test_any_keeps_to_a_manner_and_a_transport_that_are_named() -> None:
    choices = chosen(app_with(*EVERY), at="any", manner="eio_close", transport="polling")
    assert [choice.at for choice in choices] == [
        *("P05", "P06", "P07b", "P16", "P17", "P18", "P21", "P22", "P23", "P24", "P25")
    ]
    assert {(choice.manner, choice.transport) for choice in choices} == {(Manner.EIO_CLOSE, POLLING)}


WRONG = [
    (
        app_with(),
        {"at": "P06", "manner": "fin"},
        [
            (
                "departures[1].at: P06 with fin cannot be had over websocket, the app's transports: "
                "over a WebSocket that is P15; name its transport here (polling), or more of them under "
                "app.transports"
            )
        ],
    ),
    (
        app_with(POLLING),
        {"at": "P16", "manner": "ws_close"},
        [
            (
                "departures[1].at: P16 with ws_close cannot be had over polling, the app's transports: "
                "long-polling has no WebSocket; name its transport here (websocket, polling, upgrade), or "
                "more of them under app.transports"
            )
        ],
    ),
    (
        app_with(POLLING),
        {"at": "P08"},
        [
            (
                "departures[1].at: P08 cannot be had over polling, the app's transports: only a visit that "
                "upgrades comes here; name its transport here (upgrade), or more of them under app.transports"
            )
        ],
    ),
    (
        app_with(),
        {"at": "P26"},
        [
            (
                "departures[1].at: P26 leaves one of two namespaces, and app.namespaces has one; "
                'write namespaces = ["/", "/chat"]'
            )
        ],
    ),
    (
        app_with(POLLING),
        {"at": "any", "manner": "ws_close"},
        [
            (
                "departures[1].at: no point over polling is left with ws_close; "
                "name another manner, or leave it out for all of them"
            )
        ],
    ),
    (app_with(namespaces=["/", "/chat"]), {"at": "P26"}, []),
    (app_with(*EVERY), {"at": "P06", "manner": "fin"}, []),
    (app_with(), {"at": "P06", "manner": "fin", "transport": "polling"}, []),
    (app_with(), {"at": "any"}, []),
    (app_with(POLLING), {"at": "P15"}, []),
    (app_with(POLLING), {"at": "P07b"}, []),
    (app_with(), {"after_s": 1, "manner": "sio_disconnect"}, []),
]


@pytest.mark.parametrize(("app", "keys", "mistakes"), WRONG, ids=lambda value: str(value)[:60])
def test_what_the_app_cannot_do_is_told(app: App, keys: dict[str, Any], mistakes: list[str]) -> None:
    assert wrong(app, **keys) == mistakes
