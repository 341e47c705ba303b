"""The story of one navigation."""

from datetime import timedelta

import pytest

from loadtest.navigation.phase import Phase
from loadtest.report.run import Run
from loadtest.report.story.happening import Side
from loadtest.report.story.story import tell_story
from tests.report.building import T0_AT, dropped, error, snapshot, visit
from tests.report.story.telling import DUE_AT, gone, journal, left_at_p16, raised, run_of, traceback_line

C, S = Side.CLIENT, Side.SERVER
T0 = T0_AT.timestamp()


def notes(run: Run, number: int = 4) -> tuple[str, ...]:
    return tell_story(run, number).notes


def test_both_sides_stand_on_one_line_of_time() -> None:
    left = {"sids": [4], "rooms": [4, 5]}
    lines = [traceback_line(), snapshot([error([4])], left), journal(gone(), raised())]

    story = tell_story(run_of([visit(3), left_at_p16()], *lines), 4)

    assert [(one.side, one.at_ms and round(one.at_ms, 1)) for one in story.happenings] == [
        *((C, 0.0), (C, 1.0), (C, 5.0), (S, 9.0), (C, 10.0), (S, 11.0), (S, 19.0), (C, 20.0)),
        *((C, 199.0), (C, 200.0), (S, 201.5), (S, 201.8), (S, 202.0), (S, 203.0)),
    ]
    assert (story.number, story.navigation) == (4, "00c0ffee00c0ffee0000000000000004")
    assert story.due_at == T0_AT + timedelta(seconds=1)
    assert (story.left_behind, story.processes, story.notes) == (("sids", "rooms"), ("4711 (app.py)",), ())


def test_without_hooks_the_client_alone_is_told() -> None:
    story = tell_story(run_of([left_at_p16()]), 4)

    assert {one.side for one in story.happenings} == {C}
    assert (story.left_behind, story.processes) == (None, ())
    assert story.notes == ("The server was not watched: no process with hooks saw this run.",)


def test_a_visit_without_a_record_is_told_from_when_the_server_noted_it() -> None:
    story = tell_story(run_of([], snapshot(), journal(gone())), 4)

    assert story.record is None
    assert story.due_at == T0_AT + timedelta(seconds=1.009)
    assert [round(one.at_ms or 0.0, 2) for one in story.happenings][:2] == [0.0, 2.0]
    assert story.notes == (
        (
            "It has no record: it was under way when the run was cut off, or its worker died. "
            "Times are from when the server noted it first."
        ),
    )


def test_an_error_alone_without_any_time_can_be_told() -> None:
    story = tell_story(run_of([], snapshot([error([4])])), 4)

    assert (story.due_at, [one.at_ms for one in story.happenings]) == (None, [None])


def test_what_stayed_is_not_known_without_a_quiet_or_of_a_process_that_fell_silent() -> None:
    lines = [snapshot((), {"sids": [4]}), journal(gone())]

    assert tell_story(run_of([left_at_p16()], *lines), 4).left_behind == ("sids",)
    assert tell_story(run_of([left_at_p16()], *lines, quiet=None), 4).left_behind is None
    assert tell_story(run_of([left_at_p16()], {**lines[0], "is_last": True}), 4).left_behind is None
    assert tell_story(run_of([left_at_p16()], snapshot(), journal(gone())), 4).left_behind == ()


def test_why_the_server_does_not_know_of_it_is_told() -> None:
    early = left_at_p16(phases_ms={Phase.PAGE: 4.0, Phase.LEAVING: 1.0})
    nobody = (
        "No server process with hooks knows of it: another process may have served it, or a proxy took its "
        "id away, or its connection had not ended when the server was last heard."
    )

    assert notes(run_of([early], snapshot())) == (
        "No server process knows of it: it did not get as far as an Engine.IO connection.",
    )
    assert notes(run_of([left_at_p16()], snapshot())) == (nobody,)
    assert notes(run_of([left_at_p16()], snapshot([error([4])]))) == (
        "No server process has told that its connection ended.",
    )
    assert notes(run_of([dropped(4)], snapshot())) == ()


def test_a_journal_with_gaps_is_told() -> None:
    assert notes(run_of([left_at_p16()], snapshot(), journal(lost=9))) == (
        "The hooks lost 9 entries of their journal: some of this visit may be among them.",
        "No server process knows of it any more.",
    )
    assert notes(run_of([left_at_p16()], snapshot(), journal(gone(), lost=1))) == (
        "The hooks lost 1 entry of their journal: some of this visit may be among them.",
    )


SHIFTED = "by when its snapshots were taken and heard: its times are shifted by that."


@pytest.mark.parametrize(
    ("off_s", "note"),
    [
        (0.004, ()),
        (-0.09, ()),
        (
            2.5,
            ("The clock of server process 4711 is 2.500 s ahead of the run's, " + SHIFTED,),
        ),
        (
            -3600.0,
            (
                (
                    "The clock of server process 4711 is 3,600.000 s behind the run's, by when its snapshots "
                    "were taken and heard: its times are shifted by that."
                ),
            ),
        ),
    ],
)
def test_a_clock_that_is_off_is_told(off_s: float, note: tuple[str, ...]) -> None:
    line = snapshot(heard_at=T0, taken_at=T0 + off_s)

    assert notes(run_of([left_at_p16()], line, journal(gone()))) == note


def test_a_clock_that_was_set_while_the_run_was_on_is_told() -> None:
    lines = [snapshot(sequence=n, heard_at=T0 + n, taken_at=T0 + n - off) for n, off in ((1, 0.0), (2, 60.0))]

    assert notes(run_of([left_at_p16()], *lines, journal(gone()))) == (
        (
            "The clock of server process 4711 was set while the run was on, or its snapshots came late: "
            "its times may be off by up to 60.0 s."
        ),
    )


def test_a_run_without_a_beginning_says_that_the_sides_cannot_be_compared() -> None:
    story = tell_story(run_of([left_at_p16()], snapshot(), journal(gone()), t0_at=None), 4)

    assert story.due_at is None
    assert story.notes == (
        "The run has no beginning on record: the server's times cannot be put beside the client's.",
    )


def test_two_processes_that_served_one_visit_are_named() -> None:
    lines = [snapshot(boot="a"), snapshot(boot="b", pid=4712)]
    journals = [journal(gone(), boot="a"), journal(gone(opened_at=DUE_AT + 1, at=DUE_AT + 2), boot="b")]

    story = tell_story(run_of([left_at_p16()], *lines, *journals), 4)

    assert story.processes == ("4711 (app.py)", "4712 (app.py)")
    assert story.happenings[-1].what == "process 4712: the connection ended: transport close"
