"""Reading profiles from files, and changing them from the command line."""

from pathlib import Path
from typing import Any

import pytest

from loadtest.errors import ExtractionError, ProfileError
from loadtest.navigation.departure import BY_CLOCK, STAY, Choice
from loadtest.navigation.draw import Distribution, Law
from loadtest.navigation.opening import Caller
from loadtest.navigation.point import Manner
from loadtest.profile.load import load_profile, parse_profile, shipped_profiles
from loadtest.profile.model import Arrivals, Piece, Profile

KNOWN = "auto, generic, nicegui, flask-socketio, python-socketio, socketio-node, chainlit, reflex"

TEXT = """\
# kept, as long as nothing is changed
description = "A few"
seed = 7

[app]
preset = "nicegui"
allowed_hosts = ["staging.example.org"]

[[stages]]
duration_s = 30
rate_per_s = [5, 200]
arrivals = "constant"

[[departures]]
at = "before_handshake"
weight = 6

[[departures]]
after_s = { exponential = 0.12 }
manner = "fin"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder that holds the one profile ``few.toml``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "few.toml").write_text(TEXT, encoding="utf-8")
    return tmp_path


def mistakes(name: str, **options: Any) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        load_profile(name, **options)
    return caught.value.mistakes


def parsed_again(profile: Profile) -> Profile:
    return parse_profile(profile.text, name=profile.name, source=profile.source)


@pytest.mark.usefixtures("folder")
def test_a_profile_is_read_from_its_file() -> None:
    profile = load_profile("few.toml")

    assert (profile.name, profile.source, profile.text) == ("few", "few.toml", TEXT)
    assert (profile.description, profile.seed, profile.app.preset) == ("A few", 7, "nicegui")
    assert [(stage.pieces, stage.arrivals) for stage in profile.stages] == [
        ((Piece(30.0, 5.0, 200.0),), Arrivals.CONSTANT)
    ]
    assert profile.mix.choices == (
        Choice("P16", Manner.WS_CLOSE, 6.0),
        Choice(BY_CLOCK, Manner.FIN, 1.0, after_s=Distribution(Law.EXPONENTIAL, 0.12)),
    )
    assert (profile.max_users, profile.max_visits) == (200, None)
    assert profile.allowed_hosts == ("staging.example.org",)
    assert parsed_again(profile) == profile


@pytest.mark.usefixtures("folder")
def test_without_departures_everybody_stays() -> None:
    profile = parse_profile(TEXT.split("[[departures]]")[0], name="few", source="few.toml")

    assert profile.mix.choices == (Choice(STAY, Manner.WS_CLOSE),)


@pytest.mark.usefixtures("folder")
def test_the_command_line_changes_the_text_that_runs() -> None:
    profile = load_profile(
        "few.toml", seed=9, settings=["users.max=5", "stages[0].rate_per_s=50", "seed=8"], max_visits=11
    )

    assert (profile.seed, profile.max_users, profile.max_visits) == (8, 5, 11)
    assert profile.stages[0].pieces == (Piece(30.0, 50.0, 50.0),)
    assert parsed_again(profile) == profile


@pytest.mark.usefixtures("folder")
def test_app_names_a_preset_that_takes_the_place_of_the_profiles_app() -> None:
    profile = load_profile("few.toml", app="generic", settings=['app.pages=["/a"]'])

    assert (profile.app.preset, profile.app.access.pages) == ("generic", (("/a", 1.0),))
    assert profile.allowed_hosts == ()
    assert parsed_again(profile) == profile


def test_app_names_a_file_whose_app_takes_the_place(folder: Path) -> None:
    text = 'seed = 3\n[app]\nhandshake = { event = "join" }\npages = ["/b"]\n'
    (folder / "mine.toml").write_text(text, encoding="utf-8")

    profile = load_profile("few.toml", app="mine.toml")

    assert (profile.app.preset, profile.app.access.pages, profile.seed) == ("generic", (("/b", 1.0),), 7)
    assert parsed_again(profile) == profile


def test_a_name_is_looked_for_as_a_file_then_in_profiles_then_among_the_shipped(folder: Path) -> None:
    (folder / "profiles").mkdir()
    (folder / "profiles" / "mine.toml").write_text(TEXT, encoding="utf-8")

    assert load_profile("mine").name == "mine"
    assert load_profile("nicegui").text == shipped_profiles()["nicegui"].read_text(encoding="utf-8")

    (folder / "profiles" / "nicegui.toml").write_text(TEXT, encoding="utf-8")
    assert load_profile("nicegui").description == "A few"

    (folder / "nicegui").write_text(TEXT.replace("A few", "Even nearer"), encoding="utf-8")
    assert load_profile("nicegui").description == "Even nearer"


def test_a_folder_of_a_profiles_name_does_not_hide_it(folder: Path) -> None:
    (folder / "nicegui").mkdir()

    assert load_profile("nicegui").app.preset == "nicegui"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["fev.toml", "fev", "."])
def test_a_missing_file_is_told_with_the_shipped_profiles(name: str) -> None:
    shipped = ", ".join(shipped_profiles())
    assert mistakes(name) == [f"{name}: no such file, and no shipped profile; shipped: {shipped}"]


@pytest.mark.parametrize(
    ("content", "mistake"),
    [
        (b"seed = 7\nseed = \n", "line 2, column 8: Invalid value"),
        (b"seed =", "end of document: Invalid value"),
        (b"# \xff", "byte 2: not UTF-8, which TOML is written in"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_place(folder: Path, content: bytes, mistake: str) -> None:
    (folder / "bad.toml").write_bytes(content)

    assert mistakes("bad.toml") == [f"bad.toml: {mistake}"]


def test_a_byte_order_mark_is_no_mistake(folder: Path) -> None:
    (folder / "bom.toml").write_text(TEXT, encoding="utf-8-sig")

    assert load_profile("bom.toml").seed == 7


def test_a_file_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)

    assert mistakes(str(folder / "few.toml")) == [f"{folder / 'few.toml'}: cannot be read: Permission denied"]


@pytest.mark.usefixtures("folder")
def test_all_mistakes_are_told_at_once_each_with_where_it_comes_from() -> None:
    assert mistakes(
        "few.toml",
        app="nobody",
        seed=-1,
        settings=["nonsense", "stages[4].rate_per_s=5", "stages[0].rate_per_s=fast", "user.max=3"],
        max_visits=0,
    ) == [
        f"--app nobody: no such file, and no preset; known: {KNOWN}",
        "--set nonsense: is not key=value, such as stages[0].rate_per_s=50",
        "--set stages[4].rate_per_s=5: stages[4]: is not there; stages has 1",
        "--seed -1: seed: -1 is below 0",
        '--set stages[0].rate_per_s=fast: stages[0].rate_per_s: "fast" is not a number',
        "--visits 0: max_visits: 0 is below 1",
        "--set user.max=3: user: unknown key; did you mean users?",
    ]


@pytest.mark.usefixtures("folder")
def test_a_setting_that_goes_nowhere_is_a_mistake_of_its_own() -> None:
    assert mistakes("few.toml", settings=["seed.x=1"]) == [
        "--set seed.x=1: seed: is not a table, so there is no seed.x"
    ]


def test_mistakes_of_an_apps_file_are_told_with_its_name(folder: Path) -> None:
    (folder / "mine.toml").write_text('[app]\nsocket_path = "x"\n', encoding="utf-8")
    (folder / "none.toml").write_text("seed = 3\n", encoding="utf-8")

    assert mistakes("few.toml", app="mine.toml") == [
        'mine.toml: app.socket_path: "x" is not a path that begins with a slash, such as "/"'
    ]
    assert mistakes("few.toml", app="none.toml") == [
        "none.toml: app: is missing; write [app] with what the app needs"
    ]


def test_the_message_of_all_mistakes_has_a_line_for_each() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile("seed = -1\nstages = 3\n[app]\npreset = 'nicegui'", name="x", source="profiles/x.toml")

    assert (
        str(caught.value) == "profiles/x.toml: seed: -1 is below 0\nprofiles/x.toml: stages: 3 is not a list"
    )


def test_profiles_are_shipped_by_name() -> None:
    shipped = shipped_profiles()

    assert {"demo", "explore", "nicegui"} <= shipped.keys()
    assert all(path.is_file() for path in shipped.values())


@pytest.mark.parametrize("name", ["demo", "nicegui"])
def test_a_shipped_profile_runs_as_it_is_and_as_changed(name: str) -> None:
    profile = load_profile(name)
    changed = load_profile(name, seed=1, settings=["users.max=3"])

    assert parsed_again(profile) == profile
    assert parsed_again(changed) == changed
    assert changed.mix == profile.mix
    assert changed.app == profile.app


NO_APP = """\
[[stages]]
duration_s = 1
rate_per_s = 1
[[departures]]
at = "P06"
manner = "fin"
"""


def test_a_profile_without_an_app_is_refused_where_nobody_finds_it_out() -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(NO_APP, name="a", source="a.toml")

    assert caught.value.mistakes == [
        'a.toml: app: is missing; write [app] with preset = "nicegui" or the keys of your app, or give --app'
    ]


def test_a_profile_without_an_app_may_leave_it_to_be_found_out(folder: Path) -> None:
    (folder / "a.toml").write_text(NO_APP, encoding="utf-8")

    profile = load_profile("a.toml", finds_app=True)

    assert (profile.app.preset, profile.app.access.pages) == ("auto", (("/", 1.0),))
    with pytest.raises(ExtractionError):
        profile.app.open("", Caller("", ""))


def test_steps_of_an_app_that_is_found_out_may_name_what_its_pages_will_have(folder: Path) -> None:
    steps = NO_APP + '[[app.steps]]\nemit = "a"\ndata = "$client_id"\n'
    (folder / "a.toml").write_text(steps, encoding="utf-8")

    assert load_profile("a.toml", finds_app=True).app.preset == "auto"


def test_the_profile_that_explores_takes_any_app() -> None:
    profile = load_profile("explore", app="nicegui")

    assert parsed_again(profile) == profile
    assert {choice.at for choice in profile.mix.choices} >= {"P00", "P15", "P16", "P19", "stay"}


ASSERTIONS = """
[[assertions]]
name = "welcome"
event = "welcome"
within_s = 3.0

[[assertions]]
name = "beat"
event = "beat"
every_s = 4.5
"""


@pytest.mark.usefixtures("folder")
def test_who_stays_stays_until_all_assertions_can_be_judged() -> None:
    assert parse_profile(TEXT, name="few", source="few.toml").mix.least_dwell_s == 0.0
    assert parse_profile(TEXT + ASSERTIONS, name="few", source="few.toml").mix.least_dwell_s == 4.6


def test_app_names_a_file_that_brings_what_its_clients_must_see(folder: Path) -> None:
    (folder / "mine.toml").write_text('[app]\nnamespaces = ["/chat"]\n' + ASSERTIONS, encoding="utf-8")
    (folder / "own.toml").write_text(TEXT + '[[assertions]]\nname = "mine"\nevent = "x"\n', encoding="utf-8")

    profile = load_profile("own.toml", app="mine.toml")

    assert [(assertion.name, assertion.namespace) for assertion in profile.assertions] == [
        ("welcome", "/chat"),
        ("beat", "/chat"),
    ]
    assert parsed_again(profile) == profile
    assert [assertion.name for assertion in load_profile("own.toml", app="nicegui").assertions] == ["mine"]


def test_mistakes_in_the_steps_of_an_apps_file_are_told_with_its_name(folder: Path) -> None:
    text = '[app]\nquery = {}\nsteps = [{ emit = "a", data = "$nobody" }]\n'
    (folder / "mine.toml").write_text(text, encoding="utf-8")

    assert mistakes("few.toml", app="mine.toml") == [
        (
            "mine.toml: app.steps[0].data: $nobody is not known ($$ is a dollar sign); "
            "known: tab_id, document_id, navigation"
        )
    ]


@pytest.mark.usefixtures("folder")
def test_departures_that_the_app_cannot_have_are_told_with_what_named_them() -> None:
    assert mistakes("few.toml", settings=["departures[0].at=P26"]) == [
        (
            "--set departures[0].at=P26: departures[0].at: P26 leaves one of two namespaces, and "
            'app.namespaces has one; write namespaces = ["/", "/chat"]'
        )
    ]


@pytest.mark.usefixtures("folder")
def test_everything_that_a_profile_can_say_is_the_same_when_its_text_is_parsed_again() -> None:
    settings = [
        'app={ namespaces = ["/", "/chat"], transports = ["upgrade", "polling"], cookies = { a = "$b" } }',
        'app.data=[{ b = "c\\r\\n\\"" }]',
        'app.login={ path = "/in", json = [{ b = "$b" }] }',
        'app.steps=[{ emit = "x", args = ["$b", 1], ack = true, save = { t = "[0]" } }, { think_s = 1 }]',
        "users.journey={ navigate = 2, duplicate = 1 }",
        (
            'departures=[{ at = "any", weight = 2 }, { at = "P26", jitter_s = 0.5, transport = "polling", '
            'manner = "fin" }, { after_s = 1, from = "open" }]'
        ),
        'assertions=[{ name = "a", ack = "x", equals = [{ a = 1.5 }], within_s = 1 }]',
    ]
    profile = load_profile("few.toml", settings=settings)

    assert parsed_again(profile) == profile
    assert dict(profile.journey.weights) == {"navigate": 2.0, "duplicate": 1.0}
    assert profile.app.access.rows == ({"b": 'c\r\n"'},)
