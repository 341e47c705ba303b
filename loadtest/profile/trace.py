"""Recorded arrivals as a stage holds them: counts in bins of equal length, and the rate that they give."""

from typing import Any

from pydantic import Field, field_validator

from loadtest.apps.mistake import Mistake, Table, mistaken, show
from loadtest.profile.model import Piece

__all__ = ["BINS", "TraceTable", "read_trace"]

BINS = 2000
"""Of a trace: an arrival's place is known to this part of its length."""


class TraceTable(Table):
    """What is left of a trace's file once it has been read; ``trace = "file.csv"`` becomes this."""

    file: str
    """Its name as the profile wrote it, for words."""
    length_s: float = Field(gt=0, examples=[3600.0])
    """From the first arrival to the last."""
    counts: list[int] = Field(min_length=1, max_length=BINS, examples=[[3, 0, 1]])
    """Arrivals in each of so many equal parts of the length."""

    @field_validator("counts")
    @classmethod
    def _has_arrivals(cls, value: list[int]) -> list[int]:
        if mistakes := [Mistake((i,), f"{count} is below 0") for i, count in enumerate(value) if count < 0]:
            raise mistaken(mistakes)
        if not any(value):
            raise mistaken("all are 0, so nobody would come")
        return value

    @property
    def total(self) -> int:
        """How many arrivals it has recorded."""
        return sum(self.counts)

    def pieces(self, duration_s: float, rate_per_s: float | None) -> tuple[Piece, ...]:
        """Return its rate over so many seconds.

        Args:
            rate_per_s: the mean that it is scaled to; None: as many come as were recorded.
        """
        scale = 1.0 if rate_per_s is None else rate_per_s * duration_s / self.total
        bin_s = duration_s / len(self.counts)
        return tuple(Piece(bin_s, rate, rate) for rate in (count / bin_s * scale for count in self.counts))


def read_trace(value: Any) -> TraceTable | None:
    """Read the value of ``trace`` in a profile's text, where its file has been taken in.

    Raises:
        ValidationError: it is none, or still the name of a file.
    """
    if value is None:  # TOML has none, so it was left out
        return None
    if isinstance(value, str):
        raise mistaken(f"{show(value)} is a file, and only a profile that is read from a file can name one")
    if not isinstance(value, dict):
        raise mistaken(f'{show(value)} is not the name of a CSV file, such as "arrivals.csv"')
    return TraceTable.model_validate(value)
