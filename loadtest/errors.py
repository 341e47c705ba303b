"""The errors that this package raises, and the exit codes of its commands."""

from enum import IntEnum

__all__ = [
    "ExitCode",
    "ExtractionError",
    "LoadtestError",
    "NotRecognisedError",
    "OwnCodeError",
    "ProfileError",
    "ProtocolError",
    "RunFolderError",
    "UnjudgedError",
    "UsageError",
]


class ExitCode(IntEnum):
    """Exit codes of every command; when several hold, the one listed first here wins.

    The numbers 98, 99, 104 and 105 follow k6's ``errext/exitcodes``.
    """

    USAGE = 104
    """Bad profile, option or usage: nothing was sent."""
    INTERRUPTED = 105
    FAIL = 99
    INCONCLUSIVE = 98
    PASS = 0


class LoadtestError(Exception):
    """Base of every error that this package raises on purpose."""


class UsageError(LoadtestError):
    """The command line or the environment cannot be used as it is."""


class ProfileError(UsageError):
    """A profile has mistakes; ``mistakes`` holds one line for each, all of them at once.

    Each line names file, key path, value and what would be right:
    ``profiles/churn.toml: stages[1].rate_per_s: -5 is not above 0``.
    """

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class NotRecognisedError(LoadtestError):
    """There is no Socket.IO app where one was looked for; the message says what was tried."""


class ProtocolError(LoadtestError):
    """The server sent what no server of this protocol sends; becomes an outcome, never a traceback."""


class ExtractionError(LoadtestError):
    """A page does not hold what its socket needs; becomes an outcome, never a traceback."""


class RunFolderError(LoadtestError):
    """A run's folder cannot be written, or holds what no run of ours wrote."""


class UnjudgedError(LoadtestError):
    """A run was made that cannot say what it was made for; the message says why."""

    def __init__(self, reason: str, exit_code: ExitCode = ExitCode.INCONCLUSIVE) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


class OwnCodeError(LoadtestError):
    """Code of a user's own locustfile raised, or returned what cannot be done."""
