"""What the hooks could not get into: the counts of those processes are not whole."""

from collections.abc import Iterable
from dataclasses import dataclass

from loadtest.report.server import Boot
from loadtest.report.wording import listed

__all__ = ["Missing", "find_missing"]

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is not hooked; its fields are the keys of ``missing[]`` in ``summary.json``."""

    what: str
    """As the hooks say it."""
    processes: tuple[str, ...]
    """``4711 (app.py)``."""
    has_seen_run: bool
    """Whether these processes saw visits; else they are told because nobody did."""

    def __str__(self) -> str:
        told = list(self.processes[:_NAMED])
        if len(self.processes) > _NAMED:
            told.append(f"{len(self.processes) - _NAMED:,} more")
        where = f"process{'es' if len(self.processes) > 1 else ''} {listed(told)}"
        effect = "the server's counts are not whole" if self.has_seen_run else "no visit can be seen there"
        return f"the hooks could not be put in everywhere: {self.what}, in {where}; {effect}"


def find_missing(boots: Iterable[Boot]) -> tuple[Missing, ...]:
    """Return what is not hooked in the processes that saw the run.

    Where none saw it, those that say that something is not hooked are asked, whoever they are: a server that
    is not hooked sees no visit, and one of them may well be it.
    """
    told = list(boots)
    watched = [boot for boot in told if boot.has_seen_run]
    processes: dict[str, list[str]] = {}
    for boot in watched or told:
        for what in boot.missing:
            processes.setdefault(what, []).append(f"{boot.pid} ({boot.command})")
    return tuple(Missing(what, tuple(names), bool(watched)) for what, names in sorted(processes.items()))
