"""Which navigation a person means."""

from pathlib import Path

import pytest

from loadtest.errors import UsageError
from loadtest.navigation.record import navigation_id
from loadtest.report.story.choice import choose, story_command
from tests.report.building import RUN, error, snapshot, visit
from tests.report.story.telling import gone, journal, run_of

OTHER = navigation_id(RUN, 5)
KNOWN = run_of([visit(number) for number in (0, 4, 10, 16, 26, 266)])


@pytest.mark.parametrize(
    ("word", "number"),
    [
        (navigation_id(RUN, 266), 266),
        (navigation_id(RUN, 266).upper(), 266),
        (f" {navigation_id(RUN, 4)}\n", 4),
        ("0", 0),
        ("4", 4),
        ("10", 10),
        ("16", 16),
        ("266", 266),
        ("…10", 16),
        ("...10", 16),
        ("0010", 16),
        ("010a", 266),
        ("…10a", 266),
        ("10a", 266),
        ("1a", 26),
        ("00", 0),
    ],
)
def test_a_navigation_is_named_by_its_id_its_number_or_the_end_of_its_id(word: str, number: int) -> None:
    assert choose(KNOWN, word) == number


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "a",
            (
                "--navigation …a: is the end of 3 navigations: number 10, number 26 and number 266; "
                "give its number, or more of its id"
            ),
        ),
        ("7", "--navigation 7: this run has no such navigation; it has numbers up to 266"),
        ("fff", "--navigation fff: this run has no such navigation; it has numbers up to 266"),
        (
            "11c0ffee00c0ffee0000000000000004",
            (
                "--navigation 11c0ffee00c0ffee0000000000000004: is of another run; "
                "this one's begin with 00c0ffee00c0ffee"
            ),
        ),
        (
            OTHER,
            f"--navigation {OTHER}: this run has no such navigation; it has numbers up to 266",
        ),
        (
            "P16",
            "--navigation 'P16': is no navigation; give its id, its number, or the end of its id: …0a",
        ),
        ("", "--navigation '': is no navigation; give its id, its number, or the end of its id: …0a"),
        ("-4", "--navigation '-4': is no navigation; give its id, its number, or the end of its id: …0a"),
        ("٤", "--navigation '٤': is no navigation; give its id, its number, or the end of its id: …0a"),
        (
            "x" * 90,
            (
                f"--navigation '{'x' * 57}...': is no navigation; "
                "give its id, its number, or the end of its id: …0a"
            ),
        ),
    ],
)
def test_what_names_none_or_several_is_a_mistake(word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(KNOWN, word)

    assert str(caught.value) == message


def test_of_many_with_the_same_end_some_are_named() -> None:
    run = run_of([visit(number) for number in (1, 17, 33, 49, 65, 81)])

    with pytest.raises(UsageError, match=r"number 1, number 17, number 33, number 49 and 2 more; "):
        choose(run, "…1")


def test_a_visit_of_which_only_the_server_has_told_can_be_named() -> None:
    run = run_of([visit(1)], snapshot([error([7])], {"sids": [8]}), journal(gone(9)))

    assert [choose(run, word) for word in ("7", "8", "9")] == [7, 8, 9]


def test_a_run_without_navigations_has_no_stories() -> None:
    with pytest.raises(
        UsageError, match=r"^--navigation: no navigation of the run in results/x has left a t"
    ):
        choose(run_of([]), "1")


def test_the_command_for_a_story_is_short_and_fit_for_a_shell() -> None:
    path = Path("results/my run")

    assert story_command(path, navigation_id(RUN, 258)) == (
        "loadtest report 'results/my run' --navigation 258"
    )
