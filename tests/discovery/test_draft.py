"""Writing a draft: the whole text of one, and whatever a draft may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.discovery.draft import Draft, write_draft
from loadtest.navigation.departure import BY_CLOCK, STAY
from loadtest.navigation.point import Transport
from loadtest.profile.load import parse_profile

BOARD = Draft(
    description="People in a hurry",
    host="http://127.0.0.1:8080",
    source="the recording board.har",
    told=("one thing", "another thing " + "that is long " * 10),
    app={
        "preset": "generic",
        "pages": ["/"],
        "extract": {"visitor": {"regex": 'data-visitor="([^"]+)"'}},
        "handshake": {"event": "join", "data": {"visitor": "$visitor"}, "ack": True},
    },
    notes={"extract": "It finds just its value."},
    advice=("Mind this.", "    as = { it = 'stands' }"),
    has_handshake=True,
    transports=(Transport.WEBSOCKET,),
)
BEGIN = """\
# Written by `loadtest init` from the recording board.har. What it showed:
# - one thing
# - another thing that is long that is long that is long that is long that is long that is long that is long
#   that is long that is long that is long
#
#     loadtest check board.toml
#     loadtest run board.toml --host http://127.0.0.1:8080

description = "People in a hurry"
seed = 7

[app]
preset = "generic"
pages = ["/"]
# It finds just its value.
extract = { visitor = { regex = 'data-visitor="([^"]+)"' } }
handshake = { event = "join", data = { visitor = "$visitor" }, ack = true }
# Mind this.
#     as = { it = 'stands' }

# How many people come: after five seconds 20 page loads a second. A number, or [from, to].
[[stages]]
duration_s = 5
rate_per_s = [2, 20]
"""


def draft(**changes: object) -> Draft:
    values = {name: getattr(BOARD, name) for name in Draft.__slots__}
    return Draft(**{**values, **changes})


def test_a_draft_is_a_profile_with_its_reasons() -> None:
    assert write_draft(BOARD, "board.toml").startswith(BEGIN)


@pytest.mark.parametrize(
    ("transports", "has_handshake", "points"),
    [
        ((Transport.WEBSOCKET,), True, ["P13", "P14", "P15", "P16", "P16b", "P17", "P18", "P19", "P20"]),
        ((Transport.WEBSOCKET,), False, ["P13", "P14", "P15", "P16", "P19", "P20"]),
        ((Transport.POLLING,), True, ["P05", "P06", "P16", "P16b", "P17", "P18", "P07"]),
        (
            (Transport.UPGRADE,),
            True,
            ["P05", "P09", "P11", "P15", "P16", "P16b", "P17", "P18", "P19", "P20"],
        ),
        (
            (Transport.UPGRADE, Transport.WEBSOCKET),
            False,
            ["P05", "P09", "P11", "P13", "P14", "P15", "P16", "P19", "P20"],
        ),
    ],
)
def test_people_leave_wherever_the_transport_leads(
    transports: tuple[Transport, ...], has_handshake: bool, points: list[str]
) -> None:
    app = {"preset": "generic", "transports": [way.value for way in transports]}
    text = write_draft(draft(app=app, transports=transports, has_handshake=has_handshake), "x.toml")

    profile = parse_profile(text, name="x", source="x.toml")

    assert list(dict.fromkeys(choice.at for choice in profile.mix.choices)) == [*points, STAY, BY_CLOCK]
    assert {choice.transport for choice in profile.mix.choices} == set(transports)


@pytest.mark.parametrize(
    ("host", "options"),
    [
        ("http://localhost:8080", "--host http://localhost:8080"),
        ("http://[::1]:8080", "--host http://[::1]:8080"),
        ("http://10.0.0.7", "--host http://10.0.0.7 --allow-host 10.0.0.7"),
        ("http://staging.example.org", "--host http://staging.example.org --allow-host staging.example.org"),
    ],
)
def test_another_machine_has_to_be_named_by_whoever_runs_the_profile(host: str, options: str) -> None:
    assert draft(host=host).run_options == options
    assert f"# loadtest run x.toml {options}\n".replace("# ", "#     ") in write_draft(
        draft(host=host), "x.toml"
    )


words = st.text(max_size=30)


@given(description=words, told=st.tuples(words, words), note=words, advice=words, value=words)
def test_no_word_can_break_a_draft(
    description: str, told: tuple[str, ...], note: str, advice: str, value: str
) -> None:
    app = {
        "preset": "generic",
        "query": {value.replace("$", ""): value.replace("$", "$$")},
        "handshake": {"event": value.replace("$", "$$")},
    }
    text = write_draft(
        draft(description=description, told=told, notes={"query": note}, advice=(advice,), app=app), "x.toml"
    )

    text.encode()
    assert parse_profile(text, name="x", source="x.toml").app.preset == "generic"
