"""What a run says while it is on."""

import io

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
