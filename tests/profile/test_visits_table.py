"""A profile that lists its visits one by one."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.errors import ProfileError
from loadtest.navigation.departure import Departure
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Manner, Transport
from loadtest.profile.curve import Curve
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from loadtest.profile.outline import outline
from loadtest.profile.pacing import schedule_of
from loadtest.profile.text import write_text

APP = {"preset": "generic", "transports": ["websocket", "polling"]}
SAID = ListedVisit(
    due_s=0.25,
    number=44,
    tab=3,
    move=Move.RELOAD,
    page="/board?x=1",
    at="P16",
    manner=Manner.WS_CLOSE,
    transport=Transport.WEBSOCKET,
    jitter_s=Distribution(Law.CONSTANT, 0.125),
    dwell_s=Distribution(Law.UNIFORM, 1.0, 2.0),
)
BY_CLOCK = ListedVisit(
    due_s=0.5,
    number=7,
    after_s=Distribution(Law.EXPONENTIAL, 0.1),
    since=Phase.CONNECT,
    manner=Manner.FIN,
    transport=Transport.POLLING,
)


def listed(*rows: Any, **more: Any) -> Profile:
    text = write_text({"app": APP, "visits": list(rows), **more})
    return parse_profile(text, name="list", source="list.toml")


def mistakes(*rows: Any, **more: Any) -> list[str]:
    with pytest.raises(ProfileError) as raised:
        listed(*rows, **more)
    return [mistake.removeprefix("list.toml: ") for mistake in raised.value.mistakes]


def test_a_list_is_read_as_it_is_written() -> None:
    profile = listed(SAID.to_row(), BY_CLOCK.to_row())

    assert profile.listing is not None
    assert profile.listing.visits == (SAID, BY_CLOCK)
    assert parse_profile(profile.text, name="list", source="list.toml") == profile


def test_what_a_visit_says_is_done_and_what_it_does_not_say_is_drawn_from_its_number() -> None:
    drawn = {
        "departures": [{"at": "P18", "manner": "fin", "transport": "websocket"}],
        "dwell_s": 3,
        "seed": 5,
    }
    profile = listed(SAID.to_row(), {"due_s": 1, "number": 9}, {"due_s": 2}, **drawn)

    said = profile.draw_departure(44, 0.25)
    assert (said.at, said.manner, said.after_s) == ("P16", Manner.WS_CLOSE, 0.125)
    assert 1.0 <= said.dwell_s < 2.0
    assert profile.draw_departure(9, 1.0) == Departure("P18", Manner.FIN, dwell_s=3.0)
    assert (profile.draw_move(44), profile.draw_move(9)) == (Move.RELOAD, Move.NAVIGATE)
    assert (profile.draw_page(44), profile.draw_page(9)) == ("/board?x=1", "/")
    assert [arrival.number for arrival in schedule_of(profile).share(0, 1)] == [44, 9, 2]


def test_a_visit_draws_what_the_visit_with_its_number_draws_in_a_run_that_plans_a_rate() -> None:
    common = {"departures": [{"at": "any"}], "dwell_s": {"exponential": 2.0}, "seed": 11}
    planned = parse_profile(
        write_text({"app": APP, "stages": [{"duration_s": 9, "rate_per_s": 50}], **common}),
        name="rate",
        source="rate.toml",
    )
    profile = listed(*({"due_s": place / 10, "number": place * 7 + 3} for place in range(50)), **common)

    numbers = [place * 7 + 3 for place in range(50)]
    assert [profile.draw_departure(n, 0.0) for n in numbers] == [
        planned.draw_departure(n, 0.0) for n in numbers
    ]


def test_visits_at_a_point_that_is_over_another_transport_are_drawn_one_of_them() -> None:
    profile = listed({"due_s": 0, "at": "P16"}, {"due_s": 0, "at": "P16"}, {"due_s": 0, "at": "P16"})

    transports = {profile.draw_departure(number, 0.0).transport for number in range(3)}
    assert transports <= {Transport.WEBSOCKET, Transport.POLLING}
    assert sum(choice.weight for choice in profile.mix.choices) == 3


def test_the_stage_of_a_list_tells_its_rate() -> None:
    profile = listed(*({"due_s": second} for second in (0, 0.5, 0.5, 2.25, 4)))

    (stage,) = profile.stages
    assert (profile.duration_s, stage.text) == (4.0, "5 visits, as listed, in 4 s")
    assert [piece.from_per_s for piece in stage.pieces] == [3.0, 0.0, 1.0, 1.0]
    assert (Curve(profile.stages).mass, stage.burst_size) == (5.0, 2)
    assert not profile.is_closed


def test_a_list_of_one_instant_lasts_a_second() -> None:
    profile = listed({"due_s": 0, "at": "P16"})

    assert (profile.duration_s, Curve(profile.stages).peak_per_s) == (1.0, 1.0)


def test_check_tells_a_lists_visits_and_departures() -> None:
    rows = [{"due_s": place, "at": "P16", "manner": "ws_close", "tab": place % 2} for place in range(3)]
    rows += [{"due_s": 4, "after_s": after_s, "manner": "ws_close"} for after_s in (0.1, 0.2)]
    lines = [line.strip() for line in outline(listed(*rows))]

    assert "stage 0    5 visits, as listed, in 4 s" in lines
    assert "tabs       3 visits in 2 tabs, one after another" in lines
    assert "in all     4 s, 5 navigations, at most 2 a second, seed 0" in lines
    assert any(line.startswith("3 leave at P16") for line in lines)
    assert any("leave by the clock (uniform 0.1, 0.2 s)" in line for line in lines)


def test_the_most_visits_cut_a_list_off() -> None:
    profile = listed({"due_s": 0}, {"due_s": 1}, {"due_s": 7}, max_visits=2)

    assert [arrival.number for arrival in schedule_of(profile).share(0, 1)] == [0, 1]
    assert profile.duration_s == 1.0


def test_tabs_of_a_list_that_says_moves_ask_for_the_next_page_ahead() -> None:
    assert not listed({"due_s": 0, "tab": 1}).goes_on
    assert listed({"due_s": 0, "tab": 1, "move": "navigate"}).goes_on
    assert not listed({"due_s": 0, "tab": 1, "move": "reload"}).has_reconnects
    assert listed({"due_s": 0, "tab": 1, "move": "reconnect"}).has_reconnects


def test_all_that_is_wrong_with_a_visit_is_told() -> None:
    assert mistakes(
        {"due_s": -1, "number": -1, "tab": "a"},
        {"at": "P16", "move": "bak", "page": "x y", "weight": 3},
        {"due_s": 1, "manner": "fin"},
        {"due_s": 1, "transport": "polling"},
        {"due_s": 1, "from": "connect"},
        {"due_s": 1, "at": "P16", "after_s": 1},
        {"due_s": 1, "at": "P03", "manner": "ws_close"},
        {"due_s": 1, "at": "stay", "jitter_s": 1},
    ) == [
        "visits[0].due_s: -1 is below 0",
        "visits[0].number: -1 is below 0",
        'visits[0].tab: "a" is not a whole number',
        "visits[1].due_s: is missing; write due_s = 0.5",
        'visits[1].move: "bak" is not one of navigate, reload, back, reconnect, duplicate, prefetch, abandon',
        'visits[1].page: "x y" is not a path that begins with a slash, such as "/"',
        (
            "visits[1].weight: unknown key; known: at, after_s, from, transport, manner, jitter_s, due_s, "
            "number, "
            "tab, move, page, dwell_s"
        ),
        "visits[2].manner: says how to leave, and nothing says where; write at or after_s beside it",
        "visits[3].transport: says how to leave, and nothing says where; write at or after_s beside it",
        "visits[4].from: only a departure by the clock has it; write it beside after_s",
        'visits[5].after_s: there is at = "P16" already; write one of the two',
        (
            'visits[6].manner: "ws_close" cannot be had at P03: there is no WebSocket yet; '
            "possible: fin, rst, silent"
        ),
        "visits[7].jitter_s: only a departure at a point has it; by the clock, after_s is random itself",
    ]


def test_the_order_of_a_list_and_its_numbers_are_looked_at() -> None:
    assert mistakes(
        {"due_s": 2}, {"due_s": 1, "number": 0}, {"due_s": 3, "number": 1}, {"due_s": 3, "number": 2}
    ) == [
        "visits[1].due_s: 1 is before the visit above, at 2; write them in order",
        "visits[1].number: 0 is the number of visits[0] already; each visit is drawn from its own",
    ]
    assert mistakes({"due_s": 0, "number": 1}, {"due_s": 1}) == [
        "visits[1].number: 1 is the number of visits[0] already; each visit is drawn from its own"
    ]


def test_a_list_stands_in_the_place_of_what_plans_visits() -> None:
    row = {"due_s": 1, "at": "P16"}
    assert mistakes(row, stages=[{"duration_s": 3, "rate_per_s": 2}]) == [
        "stages: there is [[visits]] already, which says when each comes; leave one of the two out"
    ]
    assert mistakes(row, departures=[{"at": "P18"}], turns=[{"at_s": 1, "rate": 2}], users={"wait_s": 1}) == [
        "turns: a list of visits has no rate and no weights that could be turned; leave one of the two out",
        "departures: each of [[visits]] says how it leaves, so nobody is drawn a departure; leave them out",
        (
            "users.wait_s: only a closed model has it, whose stages have no rate_per_s: here a tab waits "
            "until one "
            "is due"
        ),
    ]
    assert mistakes({"due_s": 1, "at": "P26"}) == [
        (
            "visits[0].at: P26 leaves one of two namespaces, and app.namespaces has one; "
            'write namespaces = ["/", "/chat"]'
        )
    ]


def test_a_list_has_no_rate(tmp_path: Any) -> None:
    file = tmp_path / "list.toml"
    file.write_text(listed({"due_s": 1}).text)

    with pytest.raises(ProfileError, match=r"--rate x2: a list of visits has no rate"):
        load_profile(str(file), rate="x2")


def test_settings_reach_into_a_list(tmp_path: Any) -> None:
    file = tmp_path / "list.toml"
    file.write_text(listed({"due_s": 1}, {"due_s": 2}).text)

    profile = load_profile(str(file), settings=["visits[1].due_s=4"])

    assert [row["due_s"] for row in tomllib.loads(profile.text)["visits"]] == [1, 4]


_laws = st.one_of(
    st.builds(Distribution, st.just(Law.CONSTANT), st.floats(0, 1e6)),
    st.builds(Distribution, st.just(Law.EXPONENTIAL), st.floats(1e-6, 1e6)),
    st.builds(
        lambda a, b: Distribution(Law.UNIFORM, min(a, b), max(a, b)), st.floats(0, 1e6), st.floats(0, 1e6)
    ),
    st.builds(Distribution, st.just(Law.LOGNORMAL), st.floats(1e-6, 1e6), st.floats(0, 10)),
)


@given(_laws, _laws, _laws, st.floats(0, 1e7), st.integers(0, 2**63 - 1))
def test_any_law_and_any_number_come_back_as_they_were(
    jitter: Distribution, after: Distribution, dwell: Distribution, due_s: float, number: int
) -> None:
    at_point = ListedVisit(due_s=due_s, number=number, at="P16", jitter_s=jitter, dwell_s=dwell)
    by_clock = ListedVisit(due_s=due_s, number=number ^ 1, after_s=after, tab=number)

    profile = listed(at_point.to_row(), by_clock.to_row())

    assert profile.listing is not None
    assert profile.listing.visits == (at_point, by_clock)


@given(
    st.lists(st.tuples(st.floats(0, 9), st.none() | st.integers(0, 6)), min_size=1, max_size=30),
    st.integers(1, 5),
    st.integers(0, 40),
)
def test_workers_share_a_list_out_and_a_tab_is_one_workers(
    visits: list[tuple[float, int | None]], workers: int, first: int
) -> None:
    rows = [
        {"due_s": due_s, "number": first + place * 3, **({} if tab is None else {"tab": tab})}
        for place, (due_s, tab) in enumerate(sorted(visits, key=lambda visit: visit[0]))
    ]
    plan = schedule_of(listed(*rows))

    shares = [list(plan.share(worker, workers)) for worker in range(workers)]

    assert sorted(arrival.number for share in shares for arrival in share) == [row["number"] for row in rows]
    homes = {
        (arrival.tab, worker)
        for worker, share in enumerate(shares)
        for arrival in share
        if arrival.tab is not None
    }
    assert len(homes) == len({tab for tab, _ in homes})
    for worker, share in enumerate(shares):
        assert [arrival.due_s for arrival in share] == sorted(arrival.due_s for arrival in share)
        for place, arrival in enumerate(share):
            assert list(plan.share(worker, workers, arrival)) == share[place + 1 :]
