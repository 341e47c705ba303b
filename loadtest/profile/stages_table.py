"""The keys of ``[[stages]]``, and the rate's curve that each row stands for."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.mistake import Mistake, Table, mistaken, show, wrong_number
from loadtest.profile import shapes
from loadtest.profile.departures_table import read_word
from loadtest.profile.model import Arrivals, Piece, Stage
from loadtest.profile.rate import wrong_rate
from loadtest.profile.shapes import MOST_PERIODS, Shape

__all__ = ["StageTable", "wrong_stages", "wrong_users"]

_MOST_S = 1e7
_STEPS = 5
_BURST_SIZE = 10
_SPIKE_SHARE = 0.2
_OF_SHAPE: Mapping[str, Shape] = MappingProxyType(
    {"steps": Shape.STEP, "spike_s": Shape.SPIKE, "period_s": Shape.SINE}
)
"""Keys that one shape alone has."""


def _read_rate(value: Any) -> tuple[float, ...] | None:
    match value:
        case None:  # TOML has none, so it was left out
            return None
        case [first, last]:
            ends = enumerate((first, last))
            if mistakes := [Mistake((i,), wrong) for i, end in ends if (wrong := wrong_rate(end))]:
                raise mistaken(mistakes)
            return float(first), float(last)
        case list() | dict():
            raise mistaken(f"{show(value)} is not a number or [from, to]")
        case _:
            if wrong := wrong_number(value, above=0) or wrong_rate(value):
                raise mistaken(wrong)
            return (float(value),)


def _read_users(value: Any) -> tuple[float, float] | None:
    match value:
        case None:
            return None
        case [first, last]:
            ends = enumerate((first, last))
            if mistakes := [
                Mistake((i,), wrong) for i, end in ends if (wrong := wrong_number(end, at_least=0))
            ]:
                raise mistaken(mistakes)
            return float(first), float(last)
        case list() | dict():
            raise mistaken(f"{show(value)} is not a number or [from, to]")
        case _:
            if wrong := wrong_number(value, at_least=1):
                raise mistaken(wrong)
            return float(value), float(value)


class StageTable(Table):
    """One of ``[[stages]]``; each key is judged against the ones before it."""

    duration_s: float = Field(gt=0, le=_MOST_S, examples=[30])
    rate_per_s: Annotated[tuple[float, ...] | None, PlainValidator(_read_rate)] = None
    shape: Annotated[Shape | None, PlainValidator(lambda value: read_word(value, Shape))] = None
    steps: int | None = Field(default=None, ge=2, le=1000)
    spike_s: float | None = Field(default=None, gt=0)
    period_s: float | None = Field(default=None, gt=0)
    arrivals: Annotated[Arrivals | None, PlainValidator(lambda value: read_word(value, Arrivals))] = None
    burst_size: int | None = Field(default=None, ge=1, le=100_000)
    warm_up: bool = False
    users: Annotated[tuple[float, float] | None, PlainValidator(_read_users)] = None

    @property
    def has_rate(self) -> bool:
        """Whether it is of an open model."""
        return self.rate_per_s is not None

    @property
    def _shape(self) -> Shape:
        one_rate = self.rate_per_s is not None and len(self.rate_per_s) == 1
        return self.shape or (Shape.CONSTANT if one_rate else Shape.LINEAR)

    @field_validator("shape")
    @classmethod
    def _has_its_rates(cls, value: Shape | None, info: ValidationInfo) -> Shape | None:
        if value is None or "rate_per_s" not in info.data:
            return value
        rates = info.data["rate_per_s"]
        if rates is None:
            raise mistaken("there is no rate_per_s beside it that could have a shape")
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
        if value is not None and info.data.get("rate_per_s", 0) is None:
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
    def _is_closed(
        cls, value: tuple[float, float] | None, info: ValidationInfo
    ) -> tuple[float, float] | None:
        if value is not None and info.data.get("rate_per_s") is not None:
            raise mistaken(
                "there is a rate_per_s already, for which it takes as many users as are free; "
                "leave one of the two out, or write users.max for the pool"
            )
        return value

    def build(self, max_users: int) -> Stage:
        """Return the stage; a closed one without ``users`` has the whole pool at work."""
        is_bursts = self.arrivals is Arrivals.BURSTS
        pool = (float(max_users), float(max_users))
        return Stage(
            duration_s=self.duration_s,
            pieces=self._pieces(),
            arrivals=self.arrivals or Arrivals.POISSON,
            burst_size=(self.burst_size or _BURST_SIZE) if is_bursts else 1,
            is_warm_up=self.warm_up,
            users=None if self.has_rate else self.users or pool,
            text=self._text(max_users),
        )

    def _text(self, max_users: int) -> str:
        arrivals = self.arrivals or Arrivals.POISSON
        parts = [f"{self.duration_s:g} s", self._course(max_users)]
        if self.has_rate:
            size = self.burst_size or _BURST_SIZE
            parts.append(f"bursts of {size}" if arrivals is Arrivals.BURSTS else arrivals)
        return ", ".join([*parts, *(["warm-up"] if self.warm_up else [])])

    def _course(self, max_users: int) -> str:
        """Tell the rate, or the users, over the stage's time."""
        match self.rate_per_s:
            case (rate,):
                return f"{rate:g} navigations a second"
            case (first, last) if first == last:
                return f"{first:g} navigations a second"
            case (first, last):
                ends = f"from {first:g} to {last:g} navigations a second"
                match self._shape:
                    case Shape.STEP:
                        return f"{ends} in {self.steps or _STEPS} steps"
                    case Shape.SPIKE:
                        spike_s = self.spike_s or self.duration_s * _SPIKE_SHARE
                        return f"{first:g} navigations a second, and {last:g} for {spike_s:g} s in the middle"
                    case Shape.SINE:
                        every = f", every {self.period_s:g} s" if self.period_s else ""
                        return f"{ends} and back as a sine{every}"
                    case _:
                        return ends
            case _:
                first, last = self.users or (max_users, max_users)
                return (
                    f"{first:g} tabs at work" if first == last else f"from {first:g} to {last:g} tabs at work"
                )

    def _pieces(self) -> tuple[Piece, ...]:
        duration_s = self.duration_s
        match self.rate_per_s:
            case (rate,):
                return shapes.constant(duration_s, rate)
            case (first, last):
                match self._shape:
                    case Shape.STEP:
                        return shapes.step(duration_s, first, last, self.steps or _STEPS)
                    case Shape.SPIKE:
                        return shapes.spike(
                            duration_s, first, last, self.spike_s or duration_s * _SPIKE_SHARE
                        )
                    case Shape.SINE:
                        return shapes.sine(duration_s, first, last, self.period_s or duration_s)
                    case _:
                        return shapes.linear(duration_s, first, last)
            case _:
                return ()


def wrong_stages(rows: Sequence[StageTable]) -> list[Mistake]:
    """Return what no single stage can know."""
    if not rows:
        return [Mistake((), "is missing; write [[stages]] with duration_s = 30 and rate_per_s = 20")]
    mistakes: list[Mistake] = []
    without = [index for index, row in enumerate(rows) if not row.has_rate]
    if without and len(without) < len(rows):
        mistakes += [
            Mistake(
                (index, "rate_per_s"),
                "is missing, and other stages have one; write it for all (open model) or none (closed)",
            )
            for index in without
        ]
    for index, row in enumerate(rows):
        if row.warm_up and not all(before.warm_up for before in rows[:index]):
            mistakes.append(
                Mistake((index, "warm_up"), "comes after a stage that is none; warm-up comes first")
            )
    if all(row.warm_up for row in rows):
        mistakes.append(Mistake((), "are all warm-up, so nothing would be measured; add one that is not"))
    if not any(sum(row.rate_per_s or row.users or (1,)) for row in rows):
        mistakes.append(Mistake((), "all rates are 0, so nobody would come; give a stage more"))
    return mistakes


def wrong_users(rows: Sequence[StageTable], max_users: int) -> list[Mistake]:
    """Return which stages of a closed model want more tabs than the pool has."""
    return [
        Mistake((index, "users"), f"{max(row.users):g} is above users.max, {max_users}; the pool has no more")
        for index, row in enumerate(rows)
        if row.users and max(row.users) > max_users
    ]
