"""The course of a stage's navigation rate: its pieces, and what it is in words."""

from dataclasses import dataclass

from loadtest.profile import shapes
from loadtest.profile.model import Piece
from loadtest.profile.shapes import Shape
from loadtest.profile.trace import TraceTable

__all__ = ["Course"]

_STEPS = 5
_SPIKE_SHARE = 0.2
"""Of a stage, where its spike does not say how long it is."""


@dataclass(frozen=True, slots=True)
class Course:
    """How the rate of a stage goes over its time."""

    duration_s: float
    rates: tuple[float, ...]
    """One, or from and to; none for a trace that keeps its own."""
    shape: Shape
    steps: int | None = None
    spike_s: float | None = None
    period_s: float | None = None
    trace: TraceTable | None = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Return it as pieces of straight lines."""
        duration_s = self.duration_s
        if self.trace is not None:
            return self.trace.pieces(duration_s, self.rates[0] if self.rates else None)
        first, last = self.rates[0], self.rates[-1]
        match self.shape:
            case Shape.CONSTANT:
                return shapes.constant(duration_s, first)
            case Shape.STEP:
                return shapes.step(duration_s, first, last, self.steps or _STEPS)
            case Shape.SPIKE:
                return shapes.spike(duration_s, first, last, self._spike_s)
            case Shape.SINE:
                return shapes.sine(duration_s, first, last, self.period_s or duration_s)
            case Shape.LINEAR:
                return shapes.linear(duration_s, first, last)

    @property
    def words(self) -> str:
        """Tell it: ``from 5 to 200 navigations a second``."""
        if self.trace is not None:
            rate = self.rates[0] if self.rates else self.trace.total / self.duration_s
            return f"as recorded in {self.trace.file}, {rate:.4g} navigations a second on average"
        first, last = self.rates[0], self.rates[-1]
        if first == last:
            return f"{first:g} navigations a second"
        ends = f"from {first:g} to {last:g} navigations a second"
        match self.shape:
            case Shape.STEP:
                return f"{ends} in {self.steps or _STEPS} steps"
            case Shape.SPIKE:
                return f"{first:g} navigations a second, and {last:g} for {self._spike_s:g} s in the middle"
            case Shape.SINE:
                every = f", every {self.period_s:g} s" if self.period_s else ""
                return f"{ends} and back as a sine{every}"
            case Shape.CONSTANT | Shape.LINEAR:
                return ends

    @property
    def _spike_s(self) -> float:
        return self.spike_s or self.duration_s * _SPIKE_SHARE
