"""Our options, on the parser that Locust's own is made from."""

from pathlib import Path

import configargparse
import pytest

from loadtest.errors import ProfileError, UsageError
from loadtest.report.info import ReplayOf
from loadtest.swarm.options import RunOptions, add_options, fill_in


def parse(*arguments: str, host: str = "http://127.0.0.1:1", users: int | None = None) -> RunOptions:
    parser = configargparse.ArgumentParser()
    parser.add_argument("--run-time", default=None)
    add_options(parser)
    return RunOptions.from_namespace(parser.parse_args(list(arguments)), host, users)


def test_what_is_not_said_is_the_profiles() -> None:
    options = parse("--nav-profile", "demo")

    assert options == RunOptions(
        profile="demo",
        app="",
        seed=-1,
        visits=0,
        rate="",
        settings=(),
        out="",
        results="results",
        host="http://127.0.0.1:1",
        users=None,
        time_s=None,
        require_hooks=False,
        allow_hosts=frozenset(),
        collector_bind=("127.0.0.1", 0),
        embedded="",
    )
    assert options.load().seed == 7


def test_what_is_said_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "seed = 3\n[app]\npreset = 'generic'\npages = ['/']\n[[stages]]\nduration_s = 9\nrate_per_s = 1\n"
    )

    options = parse(
        *("--nav-profile", str(path), "--nav-seed", "8", "--nav-visits", "5", "--require-hooks"),
        *("--nav-rate", "x1.5"),
        *("--nav-set", "users.max=7; stages[0].rate_per_s=2", "--allow-host", "a, b", "--run-time", "4"),
        users=3,
    )
    profile = options.load()

    assert (profile.seed, profile.max_visits, profile.max_users) == (8, 5, 7)
    assert profile.stages[0].pieces[0].from_per_s == 3
    assert (options.allow_hosts, options.time_s, options.users) == (frozenset({"a", "b"}), 4.0, 3)
    assert options.require_hooks


def test_what_a_replay_sends_again_is_heard_and_nothing_else() -> None:
    assert parse("--nav-replay-of", "00c0ffee00c0ffee:3").replay_of == ReplayOf("00c0ffee00c0ffee", 3)
    assert parse().replay_of is None
    for text in ("00c0ffee00c0ffee", ":3", "x:", "x:y"):
        with pytest.raises(UsageError, match="is not RUN:FINDING"):
            parse("--nav-replay-of", text)


def test_a_setting_that_holds_a_semicolon_goes_on_a_line_of_its_own() -> None:
    assert parse("--nav-set", "description='a; b'\n").settings == ("description='a; b'",)


@pytest.mark.parametrize("address", ["8090", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536"])
def test_an_address_that_is_none_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError, match=r"--collector-bind: .* is not ADDRESS:PORT"):
        parse("--collector-bind", address)


@pytest.mark.parametrize(("text", "bound"), [("0.0.0.0:8090", ("0.0.0.0", 8090)), ("[::1]:0", ("::1", 0))])
def test_the_collectors_address_may_be_of_either_family(text: str, bound: tuple[str, int]) -> None:
    assert parse("--collector-bind", text).collector_bind == bound


def test_without_a_profile_the_shipped_ones_are_named() -> None:
    with pytest.raises(
        UsageError, match="--nav-profile: no profile is named; shipped are ci_smoke, demo, explore,"
    ):
        parse().load()


def test_without_a_host_it_says_what_to_write() -> None:
    with pytest.raises(UsageError, match="--host: no host is named"):
        parse("--nav-profile", "demo", host="").load()


def test_a_profile_that_is_not_there_is_a_profile_error() -> None:
    with pytest.raises(ProfileError, match="nosuch"):
        parse("--nav-profile", "nosuch").load()


def test_every_option_of_the_form_has_a_name_without_digits_and_a_plain_default() -> None:
    parser = configargparse.ArgumentParser()
    add_options(parser)

    in_form = {
        action.dest: type(action.default)
        for action in parser._actions
        if getattr(action, "include_in_web_ui", False)
    }
    assert in_form == {
        "nav_profile": str,
        "nav_app": str,
        "nav_rate": str,
        "nav_seed": int,
        "nav_visits": int,
        "nav_set": str,
        "require_hooks": bool,
    }


def test_what_the_form_says_takes_the_place_of_what_was_there() -> None:
    parser = configargparse.ArgumentParser()
    parser.add_argument("--run-time", default=None)
    add_options(parser)
    values = parser.parse_args([])

    filled, mistakes = fill_in(
        values,
        {"nav_seed": "7", "nav_visits": "0", "nav_rate": "x2", "require_hooks": "true", "run_time": "120"},
        float,
    )

    assert mistakes == []
    assert (filled.nav_seed, filled.nav_visits, filled.nav_rate) == (7, 0, "x2")
    assert (filled.require_hooks, filled.run_time) == (True, 120)
    assert (values.nav_seed, values.require_hooks) == (-1, False)


def test_numbers_of_the_form_that_cannot_be_read_are_told_together_by_their_labels() -> None:
    parser = configargparse.ArgumentParser()
    parser.add_argument("--run-time", default=None)
    add_options(parser)

    filled, mistakes = fill_in(
        parser.parse_args([]),
        {"nav_seed": "-7", "nav_visits": "many", "run_time": "soon", "nav_rate": "x2"},
        float,
    )

    assert mistakes == [
        'Nav Seed: "-7" is not a whole number from 0 on; -1 is the profile\'s own',
        'Nav Visits: "many" is not a whole number from 0 on; 0 is the profile\'s own',
        'Run time: "soon" is no time, such as 90 or 1m30s',
    ]
    assert (filled.nav_seed, filled.nav_rate) == (-1, "x2")
