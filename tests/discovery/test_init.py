"""Writing a profile: where it goes, and what is never lost."""

from pathlib import Path

import pytest

from loadtest.discovery.init import Destination, default_name, draft_of_app, draft_of_har, page_of, save
from loadtest.errors import UsageError
from loadtest.profile.load import load_profile
from tests.discovery.hars import FOLDER
from tests.discovery.hosts import app


@pytest.mark.parametrize(
    ("url", "origin", "page"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "/"),
        ("http://127.0.0.1:8080/a/b?c=d#e", "http://127.0.0.1:8080", "/a/b?c=d"),
        ("https://[::1]/a b/é", "https://[::1]", "/a%20b/%C3%A9"),
    ],
)
def test_an_address_is_an_origin_and_a_page(url: str, origin: str, page: str) -> None:
    assert page_of(url) == (origin, page)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "/page", "ftp://127.0.0.1/", "http://", "http://[", "http://a:b/"]
)
def test_an_address_that_is_none_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match=r"an app's address looks like http://127\.0\.0\.1:8080/"):
        page_of(url)


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("http://127.0.0.1:8080", "127.0.0.1-8080.toml"),
        ("http://localhost", "localhost.toml"),
        ("http://[::1]:8080", "1-8080.toml"),
    ],
)
def test_a_file_is_named_after_its_host(origin: str, name: str) -> None:
    assert default_name(origin) == name


def test_a_file_that_is_there_stays_unless_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("mine")

    with pytest.raises(UsageError, match=r"a\.toml is there already; name another file, or say --force"):
        Destination(str(path), is_forced=False).check()
    Destination(str(path), is_forced=True).check()
    Destination("-", is_forced=False).check()
    with pytest.raises(UsageError, match="there is no such folder"):
        Destination(str(tmp_path / "b" / "a.toml"), is_forced=False).check()


def test_a_running_app_becomes_a_profile_that_loads(tmp_path: Path) -> None:
    told: list[str] = []
    warned: list[str] = []
    path = tmp_path / "a.toml"
    with app(tmp_path, pages={"/b": "<script>io()</script>"}) as running:
        draft = draft_of_app(f"{running.url}/b", told.append, warned.append)
    save(draft, Destination(str(path), is_forced=False), print)

    profile = load_profile(str(path))

    assert (profile.app.access.pages, profile.app.access.transports) == (
        (("/b", 1.0),),
        ("upgrade", "websocket"),
    )
    assert told[-1].startswith("one visit: completed (page ")
    assert f"# - {told[-1]}\n" in path.read_text()
    assert warned == [
        "the app's handshake, if it has one, is for you to fill in: see HANDSHAKE in the profile"
    ]


def test_a_profile_that_does_not_fit_says_so(tmp_path: Path) -> None:
    warned: list[str] = []
    with app(tmp_path, pages={}) as running:
        draft_of_app(f"{running.url}/gone", print, warned.append)

    assert warned[-1].startswith("this profile does not fit yet: one visit: refused, page answered 404")


def test_a_recording_becomes_a_profile_that_loads(tmp_path: Path) -> None:
    told: list[str] = []
    shown: list[str] = []

    draft = draft_of_har(FOLDER / "board.har", "", told.append, told.append)
    save(draft, Destination("-", is_forced=False), shown.append)

    assert told == list(draft.told)
    (text,) = shown
    assert text.startswith("# Written by `loadtest init` from the recording board.har. What it showed:\n")
    (tmp_path / "a.toml").write_text(text)
    assert load_profile(str(tmp_path / "a.toml")).app.namespaces == ("/",)


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    draft = draft_of_har(FOLDER / "board.har", "", print, print)

    with pytest.raises(UsageError, match="cannot be written: Is a directory"):
        save(draft, Destination(str(tmp_path), is_forced=True), print)
