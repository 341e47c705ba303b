"""``[thresholds]`` of a profile, with those that may end the run."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.errors import ProfileError
from loadtest.metrics.abort import Abort
from loadtest.profile.load import load_profile, parse_profile
from loadtest.profile.table import ProfileTable

PROFILE = """
[app]
preset = "generic"
[[stages]]
duration_s = 20
rate_per_s = 5
[thresholds]
"phases.handshake" = ["p(95)<200", { threshold = "p(99)<1000", abort_on_fail = true, delay_s = 10 }]
"server.errors" = [{ threshold = "count==0", abort_on_fail = true }, { threshold = "count<9" }]
"""


def told(thresholds: Any, **table: Any) -> list[str]:
    stages = [{"duration_s": 1, "rate_per_s": 1}]
    with pytest.raises(ValidationError) as caught:
        ProfileTable.model_validate({"stages": stages, "thresholds": thresholds, **table})
    return [str(mistake) for mistake in mistakes_of(caught.value)]


def test_a_threshold_may_be_written_long_and_end_the_run() -> None:
    profile = parse_profile(PROFILE, name="a", source="a.toml")

    assert dict(profile.thresholds) == {
        "phases.handshake": ("p(95)<200", "p(99)<1000"),
        "server.errors": ("count==0", "count<9"),
    }
    assert profile.aborts == (
        Abort("phases.handshake", "p(99)<1000", 10.0),
        Abort("server.errors", "count==0", 0.0),
    )


def test_one_can_be_set_on_the_command_line(tmp_path: Any) -> None:
    path = tmp_path / "a.toml"
    path.write_text(PROFILE)
    row = '[{ threshold = "count<5", abort_on_fail = true, delay_s = 1.5 }]'

    profile = load_profile(
        str(path),
        settings=[
            f'thresholds."navigations.failed"={row}',
            'thresholds."phases.handshake"=["max<3"]',
            'thresholds."server.errors"[0].delay_s=4',
        ],
    )

    assert profile.aborts == (
        Abort("server.errors", "count==0", 4.0),
        Abort("navigations.failed", "count<5", 1.5),
    )
    assert parse_profile(profile.text, name="a", source=str(path)) == profile


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    mistakes = told(
        {
            "server.residue.sids": [{"threshold": "value==0", "abort_on_fail": True}],
            "server.errors": [
                {"threshold": "count=0", "abortOnFail": True},
                {"threshold": "count<5", "abort_on_fail": 1},
                {"threshold": "count<5", "delay_s": 3},
                {"threshold": "count<5", "abort_on_fail": True, "delay_s": -3},
                {"abort_on_fail": True, "delay_s": "3s"},
                {"threshold": "count>5", "abort_on_fail": True},
            ],
            "navigations.failt": ["count==0"],
        }
    )

    errors = 'thresholds."server.errors"'
    assert [mistake.split(": write what to look at")[0] for mistake in mistakes] == [
        (
            'thresholds."server.residue.sids"[0].abort_on_fail: server.residue.sids cannot end a run: '
            "what stays on a server shows only when everybody has gone"
        ),
        f"{errors}[0].abortOnFail: unknown key; did you mean abort_on_fail?",
        f"{errors}[0].threshold: 'count=0' is not a threshold",
        f"{errors}[1].abort_on_fail: 1 is not true or false",
        f"{errors}[2].delay_s: only what may end the run is waited for; write abort_on_fail = true, too",
        f"{errors}[3].delay_s: -3 is below 0",
        f'{errors}[4].threshold: is missing; write threshold = "p(95)<200"',
        f'{errors}[4].delay_s: "3s" is not a number',
        (
            f"{errors}[5].abort_on_fail: server.errors cannot end a run: "
            "a count only grows: it can reach this until the very end"
        ),
        (
            'thresholds."navigations.failt": unknown metric; '
            "did you mean navigations.failed or navigations.lost?"
        ),
    ]


def test_a_handler_that_is_named_wrongly_is_told_how_one_is() -> None:
    (mistake,) = told({"server.handlers.disconnect": ["p(99)<50"]})

    assert mistake == (
        'thresholds."server.handlers.disconnect": unknown metric; a handler is '
        "server.handlers.<namespace>.<event>, such as server.handlers./.disconnect"
    )


def test_an_assertion_is_named_as_the_profile_names_it() -> None:
    assertions = [{"name": "welcome arrives once", "event": "welcome"}]

    (mistake,) = told({"assertions.welcome arrives.broken": ["count==0"]}, assertions=assertions)

    assert mistake.startswith(
        'thresholds."assertions.welcome arrives.broken": unknown metric; did you mean '
        "assertions.welcome arrives once.broken or "
    )


def test_of_assertions_that_are_wrong_the_thresholds_are_not_wrong_too() -> None:
    mistakes = told({"assertions.a.broken": ["count==0"]}, assertions=[{"name": "a"}])

    assert [mistake.partition(":")[0] for mistake in mistakes] == ["assertions[0].ack"]


def test_a_mistake_in_a_setting_is_told_with_it(tmp_path: Any) -> None:
    path = tmp_path / "a.toml"
    path.write_text(PROFILE)
    setting = 'thresholds."server.errors"[0].delay_s=-4'

    with pytest.raises(ProfileError) as caught:
        load_profile(str(path), settings=[setting])

    assert caught.value.mistakes == [f'--set {setting}: thresholds."server.errors"[0].delay_s: -4 is below 0']
