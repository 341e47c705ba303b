"""The written profile: what a person would write, and it sends these visits and no others."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.journey import Move
from loadtest.navigation.point import Manner, Transport
from loadtest.profile.forecast import visits_of
from loadtest.profile.listing import ListedVisit
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from loadtest.replay.reduced_profile import Told, reduced_profile

AT_ONCE = Distribution(Law.CONSTANT, 0.0)
TOLD = Told("KeyError in handle_disconnect", ["This is the smallest.", "", "    loadtest run nicegui"])
P16 = ListedVisit(
    due_s=0.0, number=40, at="P16", manner=Manner.WS_CLOSE, transport=Transport.WEBSOCKET, dwell_s=AT_ONCE
)
STEPS = 'steps = [{ emit = "hello", data = "$name" }]'


def found(app: str = "") -> Profile:
    text = f"""
seed = 7
deadline_s = 5

[app]
preset = "generic"
handshake = {{ event = "hello" }}
{app}

[[stages]]
duration_s = 30
rate_per_s = 50

[[departures]]
at = "any"

[thresholds]
"navigations.failed" = ["count==0"]
"""
    return parse_profile(text, name="board", source="board")


def test_one_visit_is_a_stage_and_a_departure() -> None:
    reduced = reduced_profile(found(), (P16,), TOLD)

    assert (
        reduced.text
        == """\
# KeyError in handle_disconnect
# This is the smallest.
#
#     loadtest run nicegui

description = "1 visit that leaves at P16: KeyError in handle_disconnect"
seed = 7
max_visits = 1
deadline_s = 5

[app]
preset = "generic"

[[stages]]
duration_s = 2
rate_per_s = 1
arrivals = "constant"

# before_handshake: the client has read the CONNECT reply, handshake not sent
[[departures]]
at = "P16"
manner = "ws_close"
transport = "websocket"
"""
    )


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({}, {"handshake", "id"}),
        ({"at": "P15"}, {"handshake", "id"}),
        ({"at": "P17"}, set()),
        ({"at": "stay"}, set()),
        ({"jitter_s": AT_ONCE}, set()),
        ({"at": None, "after_s": AT_ONCE}, set()),
    ],
    ids=["P16", "P15", "P17", "stay", "jitter", "clock"],
)
def test_what_a_departure_never_reaches_is_left_out(changes: dict[str, Any], left_out: set[str]) -> None:
    """The handshake, and what is taken out of the page for it alone."""
    app = """
extract = { id = { regex = "id=(.)" }, token = { regex = "t=(.)" } }
auth = { token = "$token" }
"""
    source = found(app).text.replace('"hello"', '"hello", data = "$id"')
    profile = parse_profile(source, name="board", source="board")

    told = tomllib.loads(reduced_profile(profile, (replace(P16, **changes),), TOLD).text)["app"]

    assert {"handshake", "id"} - {*told, *told["extract"]} == left_out
    assert "token" in told["extract"]


def test_it_is_a_profile_without_mistakes_that_sends_just_these(tmp_path: Path) -> None:
    path = tmp_path / "board-minimal.toml"
    path.write_text(reduced_profile(found(), (P16, replace(P16, due_s=1.0)), TOLD).text)
    profile = load_profile(str(path))

    assert visits_of(profile) == profile.max_visits == 2
    for number in (0, 1):
        departure = profile.draw_departure(number, float(number))
        assert (departure.at, departure.manner, departure.transport) == (P16.at, P16.manner, P16.transport)


@pytest.mark.parametrize(
    "visits",
    [
        (P16, replace(P16, number=41, due_s=0.01)),
        (replace(P16, tab=1), replace(P16, number=41, due_s=1.0, tab=1, at="stay", manner=None)),
        (replace(P16, move=Move.PREFETCH),),
        (replace(P16, at="P19", dwell_s=None, jitter_s=Distribution(Law.CONSTANT, 0.25)),),
    ],
    ids=["near", "one tab", "a move", "drawn"],
)
def test_other_visits_are_listed_and_drawn_as_they_were(visits: tuple[ListedVisit, ...]) -> None:
    source = found()
    listed = reduced_profile(source, visits, TOLD)

    assert listed.listing is not None
    assert [replace(visit, number=0) for visit in listed.listing.visits] == [
        replace(visit, number=0) for visit in visits
    ]
    for visit, again in zip(visits, listed.listing.visits, strict=True):
        if visit.dwell_s is None:
            assert again.number == visit.number


def test_a_dwell_of_nothing_is_said_where_a_visit_dwells() -> None:
    reduced = reduced_profile(found(), (replace(P16, at="P19"),), TOLD)

    assert "\ndwell_s = 0.0\n" in reduced.text
    assert reduced.draw_departure(0, 0.0).dwell_s == 0.0


def test_what_the_visits_do_not_need_is_left_out() -> None:
    rows = 'data = [{ name = "ann" }, { name = "bob" }]'
    early = reduced_profile(found(f"{STEPS}\n{rows}"), (P16,), TOLD)
    late = reduced_profile(found(f"{STEPS}\n{rows}"), (replace(P16, at="P19", tab=3),), TOLD)

    assert (early.app.access.steps, early.app.access.rows) == ((), ())
    assert len(late.app.access.steps) == 1
    assert late.app.access.rows == ({"name": "bob"},)


def test_the_one_page_of_the_visits_is_the_only_one() -> None:
    reduced = reduced_profile(found('pages = ["/", "/b"]'), (replace(P16, page="/b"),), TOLD)

    assert tomllib.loads(reduced.text)["app"]["pages"] == ["/b"]


@pytest.mark.parametrize(
    "what", ['a\n[[stages]]\n"""', "\x1b[31m\x00\x7f", "\ud800 \u2028 \u202e", "'''\\"], ids=range(4)
)
def test_text_of_the_app_stays_a_comment_and_a_string(what: str) -> None:
    reduced = reduced_profile(found(), (P16,), Told(what, [what]))

    assert len(tomllib.loads(reduced.text)["stages"]) == 1
    assert reduced.text.encode("utf-8")
    assert all(line.isprintable() for line in reduced.text.splitlines())
