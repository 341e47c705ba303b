"""Keeps the sockets of visitors that left silently, until the run's quiet is over."""

from loadtest.transport.line import Line

__all__ = ["Keeper"]


class Keeper:
    """Owns the silent connections of a process: they stay open, and nobody reads them or answers."""

    def __init__(self) -> None:
        self._lines: list[Line] = []

    def __len__(self) -> int:
        return len(self._lines)

    def hold(self, line: Line) -> None:
        """Take a connection over."""
        self._lines.append(line)

    def release(self) -> None:
        """Close them all; never waits."""
        lines, self._lines = self._lines, []
        for line in lines:
            line.close()
