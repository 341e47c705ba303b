"""A story as lines of text."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from loadtest.navigation.phase import Phase
from loadtest.navigation.point import Transport
from loadtest.navigation.record import NavigationRecord, Outcome
from loadtest.report.run import Run
from loadtest.report.story.story import tell_story
from loadtest.report.story.text import print_story
from tests.gold.build import GOLD, WIDTHS, story
from tests.report.building import BOOT, dropped, error, snapshot, visit
from tests.report.story.telling import gone, journal, left_at_p16, raised, run_of, traceback_line


def printed(run: Run, width: int = 80, **options: Any) -> str:
    out = io.StringIO()
    print_story(tell_story(run, 4), Console(file=out, width=width, **options))
    return out.getvalue()


def of_record(record: NavigationRecord) -> str:
    return printed(run_of([record], snapshot()))


def test_a_story_is_told_in_eighty_columns() -> None:
    records = [left_at_p16(previous=2, assertions={"welcome": None, "clock": "did not come within 2 s"})]
    lines = [traceback_line(), snapshot([error([4], file="board.py")], {"sids": [4], "rooms": [4]})]

    assert printed(run_of(records, *lines, journal(gone(), raised()))) == (
        """\
Navigation 4 left as planned
id: 00c0ffee00c0ffee0000000000000004
planned: to leave at P16 (before_handshake) by fin, over a WebSocket
the same tab's visit before: 2
assertion "welcome": held
assertion "clock": broken: did not come within 2 s
due 1.000 s into the run, at 2026-01-02 03:04:07.000 UTC
served by process 4711 (app.py)

        ms  side    what happened
       0.0  client  was due
       1.0  client  asked for /
       5.0  client  had read the page, after 4.0 ms
       9.0  server  the connection was open
      10.0  client  Engine.IO was open, after 5.0 ms
      11.0  server  handler of 'connect' began
      19.0  server  handler of 'connect' ended, after 8.0 ms
      20.0  client  had the answer to CONNECT, after 10.0 ms
     199.0  client  left at P16 (before_handshake) by fin
     200.0  client  had given its socket up
     201.5  server  handler of 'disconnect' began
     201.8  server  KeyError in handle_disconnect, at board.py:181, handler of
                      'disconnect'
                        File ".../socketio/async_server.py", line 621, in
                        _trigger_event
                          ret = await handler(*args)
                        File ".../app/board.py", line 181, in
                        handle_disconnect
                          visitor = visitors[document_of[sid]]
                      KeyError: 'a'
     202.0  server  handler of 'disconnect' ended, after 0.5 ms
     203.0  server  the connection ended: transport close

Left on the server after the quiet: sids and rooms
Both sides by the wall clock: a fraction of a millisecond between them means
  nothing.
"""
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_the_story_of_a_gold_run_is_what_it_was(width: int) -> None:
    """If it is meant to be another: ``python -m tests.gold.build``."""
    told = story(width)

    assert told == (GOLD / f"story_{width}.txt").read_text()
    assert max(map(len, told.splitlines())) <= width


@pytest.mark.parametrize(
    ("record", "lines"),
    [
        (dropped(4), ["Navigation 4 never started", "         ?  client  never started: no user was free"]),
        (
            left_at_p16(planned_at="stay", outcome=Outcome.COMPLETED),
            [
                "Navigation 4 stayed to its end, as planned",
                "planned: to stay to its end, then to leave by fin, over a WebSocket",
            ],
        ),
        (
            left_at_p16(planned_at="clock"),
            ["planned: to leave when its time was up, by fin, over a WebSocket"],
        ),
        (
            left_at_p16(outcome=Outcome.TIMED_OUT, error="no page within the deadline", detail="10 s"),
            [
                "Navigation 4 waited in vain",
                "                      no page within the deadline",
                "                      10 s",
            ],
        ),
    ],
)
def test_what_became_of_a_visit_is_told_first_and_where_it_happened(
    record: NavigationRecord, lines: list[str]
) -> None:
    told = of_record(record).splitlines()

    assert [line for line in lines if line not in told] == []


@pytest.mark.parametrize(
    ("transport", "words"),
    [
        (Transport.POLLING, "long-polling"),
        (Transport.UPGRADE, "long-polling and then a WebSocket"),
    ],
)
def test_what_it_came_over_is_told(transport: Transport, words: str) -> None:
    planned = f"planned: to leave at P16 (before_handshake) by fin, over {words}\n"

    assert planned in printed(run_of([left_at_p16(transport=transport)], snapshot()), width=120)


def test_there_are_words_for_every_outcome() -> None:
    firsts = [of_record(left_at_p16(outcome=outcome)).splitlines()[0] for outcome in Outcome]

    assert len(set(firsts)) == len(Outcome)


def test_a_visit_without_a_record_is_told_by_the_server_alone() -> None:
    told = printed(run_of([], snapshot(), journal(gone()))).splitlines()

    assert told[:4] == [
        "Navigation 4 has no record",
        "id: 00c0ffee00c0ffee0000000000000004",
        "first noted by the server at 2026-01-02 03:04:07.009 UTC",
        "served by process 4711 (app.py)",
    ]


def test_a_run_without_a_beginning_has_no_wall_clock() -> None:
    told = printed(run_of([left_at_p16()], snapshot(), journal(gone()), t0_at=None))

    assert "\ndue 1.000 s into the run\n" in told
    assert "\n         ?  server  the connection was open\n" in told
    assert "Both sides" not in told


def test_what_only_an_error_without_a_time_tells_has_no_time() -> None:
    told = printed(run_of([], snapshot([error([4])])))

    assert told.splitlines()[2] == "served by process 4711 (app.py)"


def test_two_processes_and_what_nobody_knows_are_told() -> None:
    lines = [snapshot(boot="a"), snapshot(boot="b", pid=4712)]
    told = printed(
        run_of([left_at_p16()], *lines, journal(gone(), boot="a"), journal(gone(), boot="b"), quiet=None)
    )

    assert "\nserved by processes 4711 (app.py) and 4712 (app.py)\n" in told
    assert "\nLeft on the server: not known\n" in told


def test_what_is_no_terminal_gets_plain_text_and_a_terminal_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    run = run_of([left_at_p16()], snapshot(), journal(gone()))

    assert "\x1b" not in printed(run)
    colours: dict[str, Any] = {
        "force_terminal": True,
        "color_system": "standard",
        "_environ": {"TERM": "xterm"},
    }
    assert "\x1b[36mthe connection was open\x1b[0m" in printed(run, **colours)


anything = st.text(st.characters(codec=None), max_size=30)


@given(anything, anything, anything, st.integers(20, 100))
def test_nothing_that_an_app_wrote_gets_through_to_the_terminal(
    what: str, event: str, detail: str, width: int
) -> None:
    record = visit(
        4, outcome=Outcome.REFUSED, error=event, detail=detail, phases_ms={Phase.OPEN: 1.0}, page=what
    )
    lines = [
        {"kind": "error", "boot": BOOT, "id": 0, "traceback": detail},
        snapshot([error([4], what=what, event=event, file=detail)], command=what),
        journal(gone(events=[event, what], reason=detail), raised()),
    ]

    shown = printed(run_of([record], *lines), width=width, legacy_windows=False)

    assert all(character.isprintable() or character == "\n" for character in shown)
    shown.encode("utf-8")
