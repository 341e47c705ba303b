"""The keys of ``[[stages]]``, and the rate's curve that each row stands for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.mistake import Mistake, Table, mistaken, show, wrong_number
from loadtest.profile.course import Course
from loadtest.profile.departures_table import read_word
from loadtest.profile.model import Arrivals, Stage
from loadtest.profile.rate import MOST_PER_S, wrong_rate
from loadtest.profile.shapes import MOST_PERIODS, Shape
from loadtest.profile.trace import TraceTable, read_trace

__all__ = ["StageTable"]

_MOST_S = 1e7
_BURST_SIZE = 10
_OF_SHAPE: Mapping[str, Shape] = MappingProxyType(
    {"steps": Shape.STEP, "spike_s": Shape.SPIKE, "period_s": Shape.SINE}
)
"""Keys that one shape alone has."""


def _read_rate(value: Any) -> tuple[float, ...] | None:
    return _read_ends(value, wrong_rate, lambda rate: wrong_number(rate, above=0) or wrong_rate(rate))


def _read_users(value: Any) -> tuple[float, float] | None:
    ends = _read_ends(
        value, lambda users: wrong_number(users, at_least=0), lambda users: wrong_number(users, at_least=1)
    )
    return None if ends is None else (ends[0], ends[-1])


def _read_ends(
    value: Any, wrong_end: Callable[[Any], str | None], wrong_one: Callable[[Any], str | None]
) -> tuple[float, ...] | None:
    """Read a number, or from and to."""
    match value:
        case None:  # TOML has none, so it was left out
            return None
        case [first, last]:
            ends = enumerate((first, last))
            if mistakes := [Mistake((i,), wrong) for i, end in ends if (wrong := wrong_end(end))]:
                raise mistaken(mistakes)
            return float(first), float(last)
        case list() | dict():
            raise mistaken(f"{show(value)} is not a number or [from, to]")
        case _:
            if wrong := wrong_one(value):
                raise mistaken(wrong)
            return (float(value),)


def _read_duration(value: Any, info: ValidationInfo) -> float | None:
    trace = info.data.get("trace")
    if value is None:
        if trace is None and "trace" in info.data:
            raise mistaken("is missing; write duration_s = 30")
        if trace is not None and trace.length_s > _MOST_S:
            raise mistaken(
                f"is missing, and the trace is {trace.length_s:,.10g} s long, which is above {_MOST_S:,.10g}"
            )
        return None
    if wrong := wrong_number(value, above=0):
        raise mistaken(wrong)
    if value > _MOST_S:
        raise mistaken(f"{show(value)} is above {_MOST_S:,.10g}")
    return float(value)


def _is_closed(info: ValidationInfo) -> bool:
    """Whether a stage has neither a rate nor a trace, not even a wrong one."""
    return info.data.get("rate_per_s", 0) is None and info.data.get("trace", 0) is None


class StageTable(Table):
    """One of ``[[stages]]``; each key is judged against the ones before it."""

    trace: Annotated[TraceTable | None, PlainValidator(read_trace)] = None
    duration_s: Annotated[float | None, PlainValidator(_read_duration)] = Field(
        default=None, validate_default=True
    )
    rate_per_s: Annotated[tuple[float, ...] | None, PlainValidator(_read_rate)] = Field(
        default=None, validate_default=True
    )
    shape: Annotated[Shape | None, PlainValidator(lambda value: read_word(value, Shape))] = None
    steps: int | None = Field(default=None, ge=2, le=1000)
    spike_s: float | None = Field(default=None, gt=0)
    period_s: float | None = Field(default=None, gt=0)
    arrivals: Annotated[Arrivals | None, PlainValidator(lambda value: read_word(value, Arrivals))] = None
    burst_size: int | None = Field(default=None, ge=1, le=100_000)
    warm_up: bool = False
    users: Annotated[tuple[float, float] | None, PlainValidator(_read_users)] = None

    @property
    def length_s(self) -> float:
        """How long it is; a trace without a duration keeps its own."""
        if self.duration_s is None:
            assert self.trace is not None, "a stage has a duration or a trace"
            return self.trace.length_s
        return self.duration_s

    @property
    def has_rate(self) -> bool:
        """Whether it is of an open model."""
        return self.rate_per_s is not None or self.trace is not None

    @field_validator("rate_per_s")
    @classmethod
    def _fits_its_trace(
        cls, value: tuple[float, ...] | None, info: ValidationInfo
    ) -> tuple[float, ...] | None:
        trace, duration_s = info.data.get("trace"), info.data.get("duration_s")
        if trace is None:
            return value
        if value is not None and len(value) == 2:
            raise mistaken("the trace beside it goes its own way; write one number, its mean")
        pieces = trace.pieces(duration_s or trace.length_s, value[0] if value else None)
        peak_per_s = max(piece.from_per_s for piece in pieces)
        if peak_per_s > MOST_PER_S:
            raise mistaken(
                f"the trace's peak would be {peak_per_s:,.0f} a second, which is above {MOST_PER_S:,.10g}; "
                "write a lower mean here, or a longer duration_s"
            )
        return value

    @field_validator("shape")
    @classmethod
    def _has_its_rates(cls, value: Shape | None, info: ValidationInfo) -> Shape | None:
        if value is None or "rate_per_s" not in info.data:
            return value
        rates = info.data["rate_per_s"]
        if info.data.get("trace") is not None:
            raise mistaken("the trace beside it has its own; leave one of the two out")
        if rates is None:
            if _is_closed(info):
                raise mistaken("there is no rate_per_s beside it that could have a shape")
            return value
        if value is Shape.CONSTANT and len(rates) == 2:
            raise mistaken(f"{show(value)} is one rate; write rate_per_s = 20")
        if value is not Shape.CONSTANT and len(rates) == 1:
            raise mistaken(f"{show(value)} has two rates; write rate_per_s = [5, 200]")
        return value

    @field_validator("steps", "spike_s", "period_s")
    @classmethod
    def _is_of_its_shape(cls, value: float | None, info: ValidationInfo) -> float | None:
        shape = _OF_SHAPE[info.field_name or ""]
        if value is not None and "shape" in info.data and info.data["shape"] is not shape:
            raise mistaken(f'only the shape {show(shape)} has it; write shape = "{shape}" beside it')
        return value

    @field_validator("spike_s")
    @classmethod
    def _leaves_a_base(cls, value: float | None, info: ValidationInfo) -> float | None:
        duration_s = info.data.get("duration_s")
        if value is not None and duration_s is not None and value >= duration_s:
            raise mistaken(f"{value:g} is not below duration_s, {duration_s:g}")
        return value

    @field_validator("period_s")
    @classmethod
    def _comes_not_too_often(cls, value: float | None, info: ValidationInfo) -> float | None:
        duration_s = info.data.get("duration_s")
        if value is not None and duration_s is not None and duration_s / value > MOST_PERIODS:
            raise mistaken(
                f"{value:g} would come {duration_s / value:.0f} times in the stage's {duration_s:g} s, "
                f"which is above {MOST_PERIODS}"
            )
        return value

    @field_validator("arrivals")
    @classmethod
    def _has_arrivals(cls, value: Arrivals | None, info: ValidationInfo) -> Arrivals | None:
        if value is not None and _is_closed(info):
            raise mistaken("there is no rate_per_s beside it: a tab goes on when it is done")
        return value

    @field_validator("burst_size")
    @classmethod
    def _is_of_bursts(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("arrivals", Arrivals.BURSTS) is not Arrivals.BURSTS:
            raise mistaken('only bursts have it; write arrivals = "bursts" beside it')
        return value

    @field_validator("users")
    @classmethod
    def _has_no_rate(
        cls, value: tuple[float, float] | None, info: ValidationInfo
    ) -> tuple[float, float] | None:
        for key in ("rate_per_s", "trace"):
            if value is not None and info.data.get(key) is not None:
                raise mistaken(
                    f"there is a {key} already, for which it takes as many users as are free; "
                    "leave one of the two out, or write users.max for the pool"
                )
        return value

    def build(self, max_users: int) -> Stage:
        """Return the stage; a closed one without ``users`` has the whole pool at work."""
        pool = (float(max_users), float(max_users))
        return Stage(
            duration_s=self.length_s,
            pieces=self._course.pieces if self.has_rate else (),
            arrivals=self._arrivals,
            burst_size=self._burst_size,
            is_warm_up=self.warm_up,
            users=None if self.has_rate else self.users or pool,
            text=self._text(self.users or pool),
        )

    @property
    def _arrivals(self) -> Arrivals:
        # a trace's own are as random as they were; drawn anew, they would be so twice
        return self.arrivals or (Arrivals.CONSTANT if self.trace else Arrivals.POISSON)

    @property
    def _burst_size(self) -> int:
        return (self.burst_size or _BURST_SIZE) if self.arrivals is Arrivals.BURSTS else 1

    @property
    def _course(self) -> Course:
        rates = self.rate_per_s or ()
        return Course(
            duration_s=self.length_s,
            rates=rates,
            shape=self.shape or (Shape.CONSTANT if len(rates) == 1 else Shape.LINEAR),
            steps=self.steps,
            spike_s=self.spike_s,
            period_s=self.period_s,
            trace=self.trace,
        )

    def _text(self, users: tuple[float, float]) -> str:
        parts = [f"{self.length_s:.10g} s"]
        if self.has_rate:
            arrivals = self._arrivals
            parts.append(self._course.words)
            if self.trace is None or self.arrivals:
                size = self._burst_size
                parts.append(f"bursts of {size}" if arrivals is Arrivals.BURSTS else arrivals)
        else:
            first, last = users
            tabs = f"{first:g}" if first == last else f"from {first:g} to {last:g}"
            parts.append(f"{tabs} tabs at work")
        return ", ".join([*parts, *(["warm-up"] if self.warm_up else [])])
