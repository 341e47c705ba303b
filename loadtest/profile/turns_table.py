"""The keys of ``[[turns]]``: turns of the live knob, by hand or as a run has recorded them."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from loadtest.apps.mistake import Mistake, Table, mistaken, show, wrong_number
from loadtest.profile.model import Rate, Turn
from loadtest.profile.rate import read_rate

__all__ = ["TurnTable", "wrong_turns"]


def _read_rate(value: Any) -> Rate | None:
    return None if value is None else read_rate(value)  # None: TOML has none, so it was left out


def _read_weights(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value:
        raise mistaken(f"{show(value)} is not a list of weights, one for each of [[departures]]")
    if mistakes := [
        Mistake((index,), wrong)
        for index, weight in enumerate(value)
        if (wrong := wrong_number(weight, at_least=0))
    ]:
        raise mistaken(mistakes)
    if not any(value):
        raise mistaken("all weights are 0; give a departure more")
    return tuple(float(weight) for weight in value)


class TurnTable(Table):
    """One of ``[[turns]]``; each key is judged against the ones before it."""

    at_s: float = Field(ge=0, examples=[30])
    weights: Annotated[tuple[float, ...] | None, PlainValidator(_read_weights)] = None
    rate: Annotated[Rate | None, PlainValidator(_read_rate)] = Field(default=None, validate_default=True)

    @field_validator("rate")
    @classmethod
    def _turns_something(cls, value: Rate | None, info: ValidationInfo) -> Rate | None:
        if value is None and info.data.get("weights", ()) is None:
            raise mistaken('is missing, as is weights; write rate = "x2", rate = 50 or weights = [1, 3]')
        return value

    def build(self) -> Turn:
        """Return the turn."""
        return Turn(self.at_s, self.rate, self.weights)


def wrong_turns(rows: list[TurnTable], departures: int, *, is_closed: bool) -> list[Mistake]:
    """Return what no single row can know: their order, and what the rest of the profile has."""
    mistakes: list[Mistake] = []
    for index, row in enumerate(rows):
        before = rows[index - 1].at_s if index else 0.0
        if row.at_s < before:
            mistakes.append(
                Mistake(
                    (index, "at_s"),
                    f"{row.at_s:g} is before the turn above, at {before:g}; write them in order",
                )
            )
        if row.rate is not None and is_closed:
            mistakes.append(
                Mistake((index, "rate"), "the stages have no rate that could be turned: they say users")
            )
        if row.weights is not None and len(row.weights) != departures:
            told = "one of [[departures]]" if departures == 1 else f"{departures} of [[departures]]"
            mistakes.append(Mistake((index, "weights"), f"has {len(row.weights)}, and there is {told}"))
    return mistakes
