"""How long the server has to forget everybody."""

from collections.abc import Mapping

import pytest

from loadtest.swarm.server_side.quiet import Quiet, progress, quiet_limit_s

NOTHING = {"sids": 0, "rooms": 0}
ONE_SID = {"sids": 1, "rooms": 0}


@pytest.mark.parametrize(
    ("app_quiet_s", "ping_s", "limit_s"),
    [(0.0, 45.0, 48.0), (70.0, 45.0, 70.0), (0.0, 0.0, 68.0), (0.0, 2.0, 5.0)],
)
def test_the_limit_is_the_longer_of_the_apps_clean_up_and_the_ping_times(
    app_quiet_s: float, ping_s: float, limit_s: float
) -> None:
    assert quiet_limit_s(app_quiet_s, ping_s) == limit_s


@pytest.mark.parametrize(
    ("waited_s", "sequence", "left", "is_over"),
    [
        (0.0, 5, NOTHING, False),  # nothing is left, but this snapshot may be from before the last departure
        (0.5, 6, NOTHING, False),
        (1.5, 7, NOTHING, True),
        (1.5, 7, ONE_SID, False),
        (9.9, 9, ONE_SID, False),
        (10.0, 9, ONE_SID, True),
        (10.0, 6, ONE_SID, False),  # a snapshot from after the limit is still awaited
        (14.0, 5, ONE_SID, True),  # none will come: the process is gone
    ],
)
def test_the_quiet_ends_when_nothing_is_left_or_its_limit_has_passed(
    waited_s: float, sequence: int, left: Mapping[str, int], is_over: bool
) -> None:
    quiet = Quiet(10.0, {"boot": 5})

    assert quiet.is_over(waited_s, {"boot": sequence}, [NOTHING, left]) is is_over


def test_a_process_that_shows_up_during_the_quiet_is_waited_for() -> None:
    quiet = Quiet(10.0, {})

    assert not quiet.is_over(1.0, {"late": 1}, [NOTHING])
    assert quiet.is_over(2.0, {"late": 2}, [NOTHING])


def test_a_server_that_still_forgets_is_waited_for_beyond_the_limit() -> None:
    quiet = Quiet(20.0, {})

    def is_over(waited_s: float, sids: int) -> bool:
        return quiet.is_over(waited_s, {"boot": 9}, [{"sids": sids}])

    assert [is_over(second, 40 - second) for second in (1, 10, 20, 25)] == [False] * 4
    assert [is_over(second, 15) for second in (30, 34.9)] == [False, False]
    assert is_over(35.0, 15)


def test_even_a_server_that_forgets_for_ever_is_not_waited_for_for_ever() -> None:
    quiet = Quiet(20.0, {})

    assert [quiet.is_over(second, {"boot": 9}, [{"sids": 99 - second}]) for second in (1, 39, 40)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("waited_s", "left", "is_apps", "text"),
    [
        (
            33.6,
            [{"sids": 40, "rooms": 0, "handlers": 1}, {"sids": 1, "rooms": 0, "handlers": 0}],
            False,
            "quiet: waiting up to 8 s for ping time-outs, 41 sids, 1 handler left",
        ),
        (1.0, [NOTHING], False, "quiet: waiting up to 41 s for ping time-outs, nothing left"),
        (1.0, [], True, "quiet: waiting up to 41 s for the app's own clean-up, nothing left"),
        (42.0, [{"sids": 1042}], False, "quiet: past ping time-outs, still forgetting, 1,042 sids left"),
    ],
)
def test_progress_says_what_is_waited_for_how_long_and_what_is_left(
    waited_s: float, left: list[Mapping[str, int]], is_apps: bool, text: str
) -> None:
    assert progress(Quiet(42.0, {}), waited_s, left, is_apps=is_apps) == text
