"""The app of a profile that does not say it is found out before the run."""

from pathlib import Path

import pytest

from loadtest.demo.fault import Fault
from loadtest.discovery.auto import resolve
from loadtest.errors import ProfileError, UsageError
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.model import Profile
from tests.demo.boards import board
from tests.discovery.hosts import app, everywhere, port_of_nobody
from tests.transport.server import Peer

RATE = """
[[stages]]
duration_s = 1
rate_per_s = 1
"""


def load(folder: Path, text: str) -> Profile:
    path = folder / "rate.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path), finds_app=True)


def test_the_profile_that_runs_says_what_app_it_is(tmp_path: Path) -> None:
    profile = load(tmp_path, RATE)
    told: list[str] = []

    with board(Fault.NONE, tmp_path / "board.log") as running:
        found = resolve(profile, running.url, told.append)

    assert (profile.app.preset, found.app.access.pages, found.app.access.socket_path) == (
        "auto",
        (("/", 1.0),),
        "/socket.io/",
    )
    assert found.app.preset != "auto"
    assert parse_profile(found.text, name=found.name, source=found.source) == found
    assert told[0] == f"looking at {running.url}: the profile does not say what app it is"
    assert told[-2:] == [
        "its handshake, if it has one, is not known; `loadtest init` writes a profile to fill in",
        f"app: preset {found.app.preset}, socket /socket.io/",
    ]


def test_what_the_profile_says_stays(tmp_path: Path) -> None:
    said = '[app]\npages = { "/a" = 1, "/b/" = 3 }\nheaders = { X-Key = "k" }\ntransports = ["polling"]\n'
    profile = load(tmp_path, RATE + said)
    told: list[str] = []

    with app(tmp_path, socketio_path="b/socket.io", pages={"/b/": "b"}) as running:
        found = resolve(profile, running.url, told.append)

    assert told[1] == "page /b/: answered 200, 1 characters"
    assert found.app.access.pages == (("/a", 1.0), ("/b/", 3.0))
    assert (found.app.access.headers, found.app.access.transports) == ({"X-Key": "k"}, ("polling",))


def test_nicegui_is_told_by_its_page(tmp_path: Path) -> None:
    page = '<script src="/_nicegui/3.18.0/static/nicegui.js"></script>'
    with app(tmp_path, socketio_path="_nicegui_ws/socket.io", pages={"/": page}) as running:
        found = resolve(load(tmp_path, RATE), running.url, lambda _: None)

    assert (found.app.preset, found.app.access.quiet_s) == ("nicegui", 10)


def test_a_profile_that_says_its_app_is_left_as_it_is(tmp_path: Path) -> None:
    profile = load(tmp_path, RATE + '[app]\npreset = "nicegui"\n')

    assert resolve(profile, port_of_nobody(), print) is profile


def test_where_nothing_is_recognised_it_says_how_to_say_it(tmp_path: Path) -> None:
    profile, url = load(tmp_path, RATE), port_of_nobody()

    with pytest.raises(UsageError) as caught:
        resolve(profile, url, lambda _: None)

    assert str(caught.value).splitlines() == [
        f"{profile.source}: app: does not say what app this is, and it could not be found out.",
        f"{url}: nobody listens there: connection refused",
        ("Say it with --app PRESET or FILE, or with [app] in the profile; nothing was sent but this look"),
    ]


def test_a_host_that_says_nothing_is_waited_for_five_seconds_at_most(tmp_path: Path) -> None:
    with everywhere(Peer.end) as target, pytest.raises(UsageError, match="no answer within 2 s"):
        resolve(load(tmp_path, RATE), target.origin, lambda _: None)


def test_departures_that_do_not_fit_the_app_are_told_then(tmp_path: Path) -> None:
    profile = load(tmp_path, RATE + '[[departures]]\nat = "P06"\nmanner = "fin"\n')

    with (
        app(tmp_path, transports=["websocket"]) as running,
        pytest.raises(ProfileError, match=r"departures\[0\]\.at: P06 with fin cannot be had over websocket"),
    ):
        resolve(profile, running.url, lambda _: None)
