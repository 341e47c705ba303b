"""The sentences about one finding."""

from typing import Any

import pytest

from loadtest.report import finding_sentences


def finding(**changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "kind": "server_error",
        "at": ["P15", "P16"],
        "led_by": "own",
        "is_points_doing": True,
        "transports": "any",
        "moves": "any",
        "variants": {},
        "moments": [],
        "manners": "any",
        "count": 412,
        "of": 412,
        "elsewhere": 0,
        "elsewhere_of": 1900,
        "attributed": True,
        "unplaced": 0,
        "by_manner": {"fin": {"count": 200, "of": 200}, "rst": {"count": 212, "of": 212}},
        "exceptions": 412,
        "strays": 0,
    }
    return {**known, **changes}


@pytest.mark.parametrize(("at", "text"), [("P16", "P16 (before_handshake)"), ("P99", "P99")])
def test_a_point_is_told_with_its_name(at: str, text: str) -> None:
    assert finding_sentences.point(at) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "412 of 412 visits that left at P15 (connecting) or P16 (before_handshake), none of 1,900 others",
        ),
        (
            {"at": ["P12", "P13", "P14", "P15"]},
            (
                "412 of 412 visits that left at P12 (upgrade_asked), P13 (upgraded), P14 (opened) "
                "or P15 (connecting), none of 1,900 others"
            ),
        ),
        (
            {"at": ["P13", "P14", "P15", "P16", "P16b"], "elsewhere": 2},
            "412 of 412 visits that left at P13, P14, P15, P16 or P16b, 2 of 1,900 others",
        ),
        (
            {"at": ["P16"], "count": 1, "of": 1, "elsewhere_of": 30, "attributed": False},
            (
                "1 of 1 visits that left at P16 (before_handshake), none of 30 others; "
                "chance could have spread it so, no departure is blamed"
            ),
        ),
        (
            {"elsewhere_of": 0, "attributed": False},
            (
                "412 of 412 visits, at all points where visits left: "
                "P15 (connecting) and P16 (before_handshake); no departure is blamed"
            ),
        ),
        (
            {"at": ["P16"], "elsewhere_of": 0, "attributed": False},
            (
                "412 of 412 visits, all of which left at P16 (before_handshake); "
                "there is nothing to compare with"
            ),
        ),
        (
            {"unplaced": 2},
            (
                "412 of 412 visits that left at P15 (connecting) or P16 (before_handshake), "
                "none of 1,900 others; and 2 visits without a record"
            ),
        ),
        (
            {"at": [], "count": 0, "of": 0, "attributed": False, "unplaced": 1},
            "in no visit that has a record; and 1 visit without a record",
        ),
        (
            {"at": [], "count": 0, "of": 0, "attributed": False, "strays": 3},
            "no visit can be told for it",
        ),
        (
            {"at": [], "count": 0, "of": 0, "attributed": False, "strays": 3, "unplaced": 1},
            "in no visit that has a record; and 1 visit without a record",
        ),
    ],
)
def test_a_finding_is_placed_in_counts(changes: dict[str, Any], text: str) -> None:
    assert finding_sentences.place(finding(**changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "makes no difference (fin and rst)"),
        (
            {"by_manner": {"fin": {"count": 3, "of": 90}, "rst": {"count": 0, "of": 9}}},
            "none stands out (fin and rst)",
        ),
        ({"by_manner": {"fin": {"count": 3, "of": 90}}}, "fin, no other was seen there"),
        ({"by_manner": {}}, ""),
        (
            {
                "manners": ["silent"],
                "by_manner": {"fin": {"count": 0, "of": 90}, "silent": {"count": 10, "of": 10}},
            },
            "silent, 10 of 10; otherwise none of 90",
        ),
        (
            {
                "manners": ["rst", "ended_by_server"],
                "by_manner": {
                    "fin": {"count": 1, "of": 90},
                    "rst": {"count": 10, "of": 10},
                    "ended_by_server": {"count": 5, "of": 6},
                },
            },
            "rst or the server's own doing, 15 of 16; otherwise 1 of 90",
        ),
    ],
)
def test_the_manners_of_a_finding_are_told(changes: dict[str, Any], text: str) -> None:
    assert finding_sentences.manners(finding(**changes)) == text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {},
            "40 of 40 visits that left at P24 (double_connect), none of 160 others",
        ),
        (
            {"is_points_doing": False, "attributed": False, "elsewhere_of": 0},
            "40 of 40 visits that stayed long enough to tell; no departure is blamed",
        ),
        (
            {"is_points_doing": False, "at": ["P19", "P20"], "elsewhere": 0},
            "40 of 200 visits that stayed long enough to tell",
        ),
        (
            {"led_by": "previous", "at": ["P16"]},
            "40 of 40 visits after one that left at P16 (before_handshake), none of 160 others",
        ),
        (
            {"led_by": "previous", "at": ["P16"], "elsewhere_of": 0, "is_points_doing": False},
            "40 of 40 visits, all of which came after one that left at P16 (before_handshake)",
        ),
        (
            {"led_by": "previous", "at": ["P16", "P18"], "elsewhere_of": 0, "is_points_doing": False},
            (
                "40 of 40 visits, at whatever point the one before left: "
                "P16 (before_handshake) and P18 (after_handshake)"
            ),
        ),
    ],
)
def test_a_broken_assertion_is_placed_among_those_who_could_tell(changes: dict[str, Any], text: str) -> None:
    known = {"kind": "client", "at": ["P24"], "count": 40, "of": 40, "elsewhere_of": 160}

    assert finding_sentences.place(finding(**{**known, **changes})) == text


def test_transports_and_ways_in_are_told_only_where_they_matter() -> None:
    counts = {"polling": {"count": 9, "of": 9}, "upgrade": {"count": 1, "of": 30}}
    matters = finding(
        transports=["polling"],
        by_transport=counts,
        moves=["reconnect"],
        by_move={
            "navigate": {"count": 0, "of": 30},
            "reconnect": {"count": 9, "of": 9},
            "back": {"count": 1, "of": 1},
        },
    )

    assert finding_sentences.transports(matters) == "polling, 9 of 9; otherwise 1 of 30"
    assert finding_sentences.moves(matters) == "reconnect, 9 of 9; otherwise 1 of 31"
    assert (finding_sentences.transports(finding()), finding_sentences.moves(finding())) == ("", "")


@pytest.mark.parametrize(
    ("variants", "text"),
    [
        ({}, ""),
        ({"a": 9}, ""),
        ({"a": 9, "b": 2}, "b (2 visits)"),
        ({"a": 9, "b": 2, "c": 1}, "b (2 visits) and c (1 visit)"),
        ({"a": 9, "b": 2, "c": 1, "d": 1, "e": 1}, "b (2 visits), c (1 visit) and 2 more kinds"),
    ],
)
def test_what_else_visits_saw_is_told(variants: dict[str, int], text: str) -> None:
    assert finding_sentences.variants(finding(variants=variants)) == text


def moment(at_s: float, back_s: float | None = None, under_way: int = 4, refused: int = 0) -> dict[str, Any]:
    return {
        "at_s": at_s,
        "back_s": back_s,
        "under_way": under_way,
        "refused": refused,
        "came_after": 9,
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"at": [], "count": 0, "of": 0, "attributed": False}, "nobody had left right before it"),
        (
            {"at": ["P16"], "count": 6, "of": 7, "elsewhere": 3, "elsewhere_of": 240},
            "6 of 7 visits that left at P16 (before_handshake) did so right before it, 3 of 240 others",
        ),
        (
            {"at": ["P16", "P18"], "count": 2, "attributed": False},
            (
                "the last to leave before it: 2 visits, at P16 (before_handshake) and P18 (after_handshake); "
                "it happened once, no departure is blamed"
            ),
        ),
        (
            {"at": ["P16"], "count": 1, "attributed": False, "moments": [moment(3.0), moment(4.0)]},
            (
                "the last to leave before it: 1 visit, at P16 (before_handshake); "
                "chance could have put them there, no departure is blamed"
            ),
        ),
    ],
)
def test_who_left_before_a_server_died_is_told(changes: dict[str, Any], text: str) -> None:
    known = {"kind": "liveness", "moments": [moment(3.0)]}

    assert finding_sentences.place(finding(**{**known, **changes})) == text


@pytest.mark.parametrize(
    ("moments", "text"),
    [
        ([], ""),
        (
            [moment(12.34, under_way=1)],
            "12.3 s into the run, 1 visit under way got no further; nobody was answered after it",
        ),
        (
            [{**moment(12.34, under_way=2), "came_after": 0}],
            "12.3 s into the run, 2 visits under way got no further; nobody came after it",
        ),
        (
            [moment(12.34, 13.0, 0, refused=1)],
            (
                "12.3 s into the run, 0 visits under way got no further, 1 connection was refused; "
                "answered again after 0.7 s"
            ),
        ),
        (
            [moment(1.0, 3.5, refused=7), moment(5.0, 5.5, refused=2), moment(9.0)],
            (
                "1.0 s, 5.0 s and 9.0 s into the run, 12 visits under way got no further, "
                "9 connections were refused; nobody was answered after the last"
            ),
        ),
        (
            [moment(float(at_s), at_s + 0.5) for at_s in range(1, 6)],
            (
                "1.0 s, 2.0 s, 3.0 s and 2 more times into the run, 20 visits under way got no further; "
                "answered again after at most 0.5 s"
            ),
        ),
    ],
)
def test_when_a_server_died_is_told_and_whom_it_hit(moments: list[dict[str, Any]], text: str) -> None:
    assert finding_sentences.moments(finding(moments=moments)) == text


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"kind": "client"}, False),
        ({"kind": "client", "led_by": "previous"}, True),
        ({"kind": "liveness"}, True),
        ({"kind": "liveness", "attributed": False}, False),
    ],
)
def test_the_manner_is_told_where_leaving_is_the_matter(changes: dict[str, Any], is_told: bool) -> None:
    assert bool(finding_sentences.manners(finding(**changes))) == is_told
