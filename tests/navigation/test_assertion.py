"""What a client must see, watched over one visit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.errors import ProtocolError
from loadtest.navigation.assertion import Assertion, Begin, Subject, Watcher
from loadtest.navigation.packet import Packet, PacketKind, read_packet

WELCOME = '42["welcome"]'
FROM_CONNECT = 10.0
"""When the watches of these tests begin."""


def assertion(**changes: Any) -> Assertion:
    return Assertion(**{"name": "welcome comes", "subject": Subject.EVENT, "word": "welcome", **changes})


def judged(rules: dict[str, Any], *came_after_s: float, left_after_s: float, frame: str = WELCOME) -> Any:
    """Return what is said of a visit whose event came so long after the watch began."""
    watcher = Watcher([assertion(**rules)])
    for after_s in (after_s for after_s in came_after_s if after_s < 0):
        watcher.hear(read_packet(frame), FROM_CONNECT + after_s)
    watcher.begin(Begin.HANDSHAKE, FROM_CONNECT)
    for after_s in (after_s for after_s in came_after_s if after_s >= 0):
        watcher.hear(read_packet(frame), FROM_CONNECT + after_s)
    return watcher.judge(FROM_CONNECT + left_after_s).get("welcome comes", "not judged")


@pytest.mark.parametrize(
    ("rules", "came_after_s", "left_after_s", "verdict"),
    [
        ({}, [0.5], 2.0, None),
        ({}, [2.0], 2.0, None),
        ({}, [0.5, 1.0, 7.0], 9.0, None),
        ({}, [-0.5], 2.0, None),
        ({}, [], 2.0, "did not come within 2 s"),
        ({}, [2.5], 3.0, "came too late, not within 2 s"),
        ({"within_s": 0.25}, [0.3], 3.0, "came too late, not within 0.25 s"),
        ({"times": 1}, [0.5], 2.0, None),
        ({"times": 1}, [-0.5], 2.0, None),
        ({"times": 1}, [], 2.0, "did not come within 2 s"),
        ({"times": 1}, [0.5, 0.6], 2.0, "came twice, not once"),
        ({"times": 1}, [-0.5, 0.5], 2.0, "came twice, not once"),
        ({"times": 1}, [0.5, 7.0], 9.0, "came twice, not once"),
        ({"times": 1}, [3.0], 9.0, "came too late, not within 2 s"),
        ({"times": 2}, [0.5], 2.0, "came once within 2 s, not twice"),
        ({"times": 3}, [0.5, 1.5, 2.5], 9.0, "came twice within 2 s, not 3 times"),
        ({"times": 2}, [0.1] * 5, 2.0, "came 5 times, not twice"),
        ({"times": 0}, [], 2.0, None),
        ({"times": 0}, [1.0], 2.0, "came once, and should not come"),
        ({"every_s": 1.0}, [0.5, 1.5, 2.5], 3.0, None),
        ({"every_s": 1.0}, [-0.9, 0.9, 1.9], 2.5, None),
        ({"every_s": 1.0}, [0.5, 1.75, 2.5], 3.0, "stayed away, did not come every 1 s"),
        ({"every_s": 1.0}, [0.5, 1.5], 3.0, "stayed away, did not come every 1 s"),
        ({"every_s": 1.0}, [], 3.0, "stayed away, did not come every 1 s"),
        ({"equals": []}, [0.5], 2.0, None),
        ({"equals": [7]}, [0.5], 2.0, "came with []"),
    ],
)
def test_a_visit_that_stayed_long_enough_is_judged(
    rules: dict[str, Any], came_after_s: list[float], left_after_s: float, verdict: str | None
) -> None:
    assert judged(rules, *came_after_s, left_after_s=left_after_s) == verdict


@pytest.mark.parametrize("rules", [{}, {"times": 1}, {"times": 0}, {"every_s": 2.0}, {"equals": [7]}])
@pytest.mark.parametrize("came_after_s", [[], [0.5], [0.5, 0.6]])
def test_a_visit_that_left_early_is_not_judged_whatever_it_saw(
    rules: dict[str, Any], came_after_s: list[float]
) -> None:
    assert judged(rules, *came_after_s, left_after_s=1.99) == "not judged"


def test_a_rhythm_slower_than_the_window_needs_its_own_time() -> None:
    assert judged({"every_s": 5.0}, left_after_s=4.9) == "not judged"
    assert judged({"every_s": 5.0}, 4.0, left_after_s=5.0) is None


def test_wrong_arguments_are_shown_the_first_ones_and_not_all_of_them() -> None:
    watcher = Watcher([assertion(equals=["a"])])
    watcher.begin(Begin.HANDSHAKE, 0.0)
    for word in ("b" * 200, "c"):
        watcher.hear(read_packet(f'42["welcome","{word}"]'), 1.0)

    assert watcher.judge(2.0) == {"welcome comes": f"came with ['{'b' * 77}…"}


@pytest.mark.parametrize("begin", Begin)
def test_a_watch_begins_with_what_it_waits_for_and_once(begin: Begin) -> None:
    watcher = Watcher([assertion(after=begin)])
    for other in set(Begin) - {begin}:
        watcher.begin(other, 0.0)
    assert watcher.judge(50.0) == {}

    watcher.begin(begin, 10.0)
    watcher.begin(begin, 49.0)

    assert watcher.judge(12.0) == {"welcome comes": "did not come within 2 s"}


@pytest.mark.parametrize(
    "frame",
    [
        '42["farewell"]',
        '42/admin,["welcome"]',
        "42[]",
        "42[1]",
        '42{"welcome":1}',
        '430["welcome"]',
        "43[true]",
        "40",
    ],
)
def test_what_is_not_asked_for_is_not_heard(frame: str) -> None:
    assert judged({"times": 0}, 0.5, left_after_s=2.0, frame=frame) is None


@pytest.mark.parametrize(
    ("rules", "frame"),
    [
        ({"namespace": "/admin"}, '42/admin,["welcome"]'),
        ({"equals": [1, "a"]}, '42["welcome",1,"a"]'),
        ({"equals": [{"_placeholder": True, "num": 0}]}, '451-["welcome",{"_placeholder":true,"num":0}]'),
    ],
)
def test_namespace_and_arguments_and_binary_events_are_heard(rules: dict[str, Any], frame: str) -> None:
    assert judged({"times": 1, **rules}, 0.5, left_after_s=2.0, frame=frame) is None


def test_what_is_not_json_is_a_fault_of_the_server() -> None:
    watcher = Watcher([assertion()])

    with pytest.raises(ProtocolError, match="a event packet without JSON"):
        watcher.hear(Packet(PacketKind.EVENT, "[welcome"), 0.0)


def acked(rules: dict[str, Any], *frames: str, event: str = "join", left_after_s: float = 2.0) -> Any:
    """Return what is said of a visit that emitted an event and was sent these frames a second later."""
    watcher = Watcher([assertion(subject=Subject.ACK, word="join", **rules)])
    watcher.begin(Begin.HANDSHAKE, FROM_CONNECT - 9.0)
    watcher.asked("/", 5, event, FROM_CONNECT)
    for frame in frames:
        watcher.hear(read_packet(frame), FROM_CONNECT + 1.0)
    return watcher.judge(FROM_CONNECT + left_after_s).get("welcome comes", "not judged")


@pytest.mark.parametrize(
    ("rules", "frames", "verdict"),
    [
        ({}, ["435[]"], None),
        ({}, [], "did not come within 2 s"),
        ({}, ["434[]", "43/admin,5[]", "43[]"], "did not come within 2 s"),
        ({"within_s": 0.5}, ["435[]"], "came too late, not within 0.5 s"),
        ({"equals": [True]}, ["435[true]"], None),
        ({"equals": [True]}, ["435true"], None),
        ({"equals": [True]}, ["435[false]"], "came with [False]"),
        ({"equals": [{"_placeholder": True, "num": 0}]}, ['461-5[{"_placeholder":true,"num":0}]'], None),
        ({"times": 1}, ["435[]", "435[]"], "came twice, not once"),
    ],
)
def test_an_acknowledgement_is_watched_from_when_it_was_asked_for(
    rules: dict[str, Any], frames: list[str], verdict: str | None
) -> None:
    assert acked(rules, *frames) == verdict


@pytest.mark.parametrize(
    ("frames", "verdict"),
    [
        (["431[]", "432[]"], None),
        (["431[]"], "came once within 2 s, not twice"),
        (["432[]", "432[]", "431[]"], "came 3 times, not twice"),
    ],
)
def test_each_time_that_an_acknowledgement_is_asked_for_counts(
    frames: list[str], verdict: str | None
) -> None:
    watcher = Watcher([assertion(subject=Subject.ACK, word="join", times=1)])
    for ack_id, asked_at in ((1, 0.0), (2, 9.0)):
        watcher.asked("/", ack_id, "join", asked_at)
    for frame in frames:
        watcher.hear(read_packet(frame), 10.0)

    assert watcher.judge(10.9) == {}
    assert watcher.judge(11.0) == {"welcome comes": verdict}


def test_an_acknowledgement_that_nobody_watches_is_passed_over() -> None:
    assert acked({}, "435[", event="leave") == "not judged"


def test_a_visit_that_left_soon_after_it_asked_is_not_judged() -> None:
    assert acked({}, "435[]", left_after_s=1.5) == "not judged"


def test_assertions_are_judged_each_by_its_own_name() -> None:
    watcher = Watcher(
        [assertion(name="comes"), assertion(name="twice", times=2), assertion(name="x", word="x")]
    )
    watcher.begin(Begin.HANDSHAKE, 0.0)
    watcher.hear(read_packet(WELCOME), 1.0)

    assert watcher.judge(2.0) == {
        "comes": None,
        "twice": "came once within 2 s, not twice",
        "x": "did not come within 2 s",
    }


times_s = st.lists(st.floats(0, 10), max_size=6).map(sorted)
rules = st.one_of(
    st.fixed_dictionaries({"times": st.none() | st.integers(0, 3)}),
    st.fixed_dictionaries({"every_s": st.floats(0.1, 5)}),
)


@given(rules, times_s, st.floats(0, 12))
def test_whether_a_visit_is_judged_depends_on_its_length_alone(
    rules: dict[str, Any], came_after_s: list[float], left_after_s: float
) -> None:
    heard = [after_s for after_s in came_after_s if after_s <= left_after_s]
    needs_s = assertion(**rules).needs_s
    is_judged = judged(rules, *heard, left_after_s=left_after_s) != "not judged"

    assert is_judged == (FROM_CONNECT + left_after_s - FROM_CONNECT >= needs_s)
