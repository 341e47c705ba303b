"""One side of a comparison: the runs of one version of an app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.errors import RunFolderError, UsageError
from loadtest.report.folder import INFO_FILE
from loadtest.report.info import Ended
from loadtest.report.run import Run, read_run
from loadtest.report.summary import summarize

__all__ = ["ReadRun", "Side", "read_side"]


@dataclass(frozen=True, slots=True)
class ReadRun:
    """A run with its figures."""

    run: Run
    summary: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether it came to its planned end."""
        return self.run.info.ended is Ended.FINISHED

    @property
    def heard_until_s(self) -> float:
        """Until when its visits are known, seconds after t0: as planned if it came to its end."""
        if self.is_whole:
            return self.run.info.duration_s
        return max((record.due_s for record in self.run.records), default=0.0)


@dataclass(frozen=True, slots=True)
class Side:
    """Runs of one thing; several make known how much it varies from run to run."""

    name: str
    runs: tuple[ReadRun, ...]


def read_side(paths: Sequence[Path]) -> Side:
    """Read the runs of one side; a folder without a run of its own stands for all runs that are in it.

    Raises:
        RunFolderError: a folder is not there, or holds no run.
        UsageError: one run is named twice.
    """
    folders = [folder for path in paths for folder in _runs_in(path)]
    known: dict[Path, Path] = {}
    for folder in folders:
        place = folder.resolve()
        if place in known:
            raise UsageError(f"{folder}: is named twice, as {known[place]} too; name each run once")
        known[place] = folder
    name = ", ".join(map(str, paths))
    return Side(name, tuple(_read(folder) for folder in folders))


def _runs_in(path: Path) -> list[Path]:
    if (path / INFO_FILE).exists() or not path.is_dir():
        return [path]  # what is wrong with it, its reader tells
    inside = sorted(one for one in path.iterdir() if (one / INFO_FILE).exists() and not one.is_symlink())
    if not inside:
        raise RunFolderError(f"{path}: holds no run; name a run's folder, or one that holds runs' folders")
    return inside


def _read(folder: Path) -> ReadRun:
    run = read_run(folder)
    return ReadRun(run, summarize(run))
