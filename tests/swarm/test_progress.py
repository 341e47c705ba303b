"""What a run says while it is on."""

import fcntl
import io
import os
import pty
import struct
import termios

import pytest

from loadtest.swarm.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_changes() -> None:
    terminal = Terminal()
    progress = Progress(terminal)

    progress.show("1 of 9 s")
    progress.show("2 of 9 s")
    progress.say("done")

    assert terminal.getvalue() == "\r\x1b[2K1 of 9 s\r\x1b[2K2 of 9 s\r\x1b[2Kdone\n"


def test_a_terminal_that_obeys_no_escape_codes_is_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    progress = Progress(terminal)

    progress.show("1 of 9 s")
    progress.say("done")

    assert terminal.getvalue() == "1 of 9 s\ndone\n"


@pytest.mark.parametrize(
    ("columns", "shown"),
    [(40, "0123456789" * 3), (20, "012345678901234567…"), (1, "0…"), (0, "0123456789" * 3)],
)
def test_a_live_line_is_no_wider_than_its_terminal(columns: int, shown: str) -> None:
    """Of a line of two rows the first could not be replaced."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen, os.fdopen(theirs, "w") as terminal:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        Progress(terminal).show("0123456789" * 3)

        assert screen.read(200).decode() == f"\r\x1b[2K{shown}"


def test_in_githubs_log_no_line_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    file = io.StringIO()

    Progress(file).say("broken off:\n::error::x")

    assert file.getvalue() == "broken off:\n\\::error::x\n"


def test_a_file_gets_whole_lines_and_not_every_one() -> None:
    file = io.StringIO()
    progress = Progress(file)

    progress.show("1 of 9 s")
    progress.show("2 of 9 s")
    progress.say("done")

    assert file.getvalue() == "1 of 9 s\ndone\n"


def test_a_file_gets_what_is_about_the_same_only_every_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    file, now_s = io.StringIO(), 100.0
    progress = Progress(file)
    monkeypatch.setattr("loadtest.swarm.progress.time.monotonic", lambda: now_s)

    for now_s, gist in ((100.0, "2"), (105.0, "2"), (106.0, "1"), (135.0, "1"), (136.0, "1")):
        progress.show(f"{now_s:g}", gist)

    assert file.getvalue().split() == ["100", "106", "136"]


def test_a_reader_that_went_away_does_not_stop_the_run() -> None:
    reader = io.StringIO()
    progress = Progress(reader)
    reader.close()

    progress.say("nobody hears this")
    progress.show("nor this")

    assert reader.closed
