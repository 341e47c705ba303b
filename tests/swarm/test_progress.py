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


def test_a_reader_that_went_away_does_not_stop_the_run() -> None:
    reader = io.StringIO()
    progress = Progress(reader)
    reader.close()

    progress.say("nobody hears this")
    progress.show("nor this")

    assert reader.closed
