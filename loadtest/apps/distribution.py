"""Random durations as a profile writes them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, assert_never

from pydantic import PlainValidator

from loadtest.apps.mistake import mistaken, near, show, wrong_number
from loadtest.navigation.draw import Distribution, Law

__all__ = ["Seconds", "written_law"]

_MOST_S = 1e6
_MOST_SIGMA = 10.0
"""A larger one draws durations beyond every float."""
_FORMS = "{ constant = 1 }, { uniform = [0, 2] }, { exponential = 1 } or { lognormal = [1, 0.5] }"


def _read_constant(value: Any) -> Distribution:
    if wrong := wrong_number(value, at_least=0) or _too_large(value, _MOST_S):
        raise mistaken(wrong)
    return Distribution(Law.CONSTANT, float(value))


def _read_uniform(value: Any) -> Distribution:
    low, high = _read_pair(value, "[from, to]")
    wrong = wrong_number(low, at_least=0) or wrong_number(high, at_least=low) or _too_large(high, _MOST_S)
    if wrong:
        raise mistaken(f"{show(value)} is not [from, to]: {wrong}")
    return Distribution(Law.UNIFORM, float(low), float(high))


def _read_exponential(value: Any) -> Distribution:
    if wrong := wrong_number(value, above=0) or _too_large(value, _MOST_S):
        raise mistaken(wrong)
    return Distribution(Law.EXPONENTIAL, float(value))


def _read_lognormal(value: Any) -> Distribution:
    median, sigma = _read_pair(value, "[median, sigma]")
    wrong_median = wrong_number(median, above=0) or _too_large(median, _MOST_S)
    if wrong := wrong_median or wrong_number(sigma, at_least=0) or _too_large(sigma, _MOST_SIGMA):
        raise mistaken(f"{show(value)} is not [median, sigma]: {wrong}")
    return Distribution(Law.LOGNORMAL, float(median), float(sigma))


def _too_large(number: float, most: float) -> str | None:
    return f"{show(number)} is above {most:,.10g}" if number > most else None


def _read_pair(value: Any, form: str) -> tuple[Any, Any]:
    match value:
        case [first, second]:
            return first, second
        case _:
            raise mistaken(f"{show(value)} is not {form}")


_READERS: Mapping[str, Callable[[Any], Distribution]] = MappingProxyType(
    {
        Law.CONSTANT: _read_constant,
        Law.UNIFORM: _read_uniform,
        Law.EXPONENTIAL: _read_exponential,
        Law.LOGNORMAL: _read_lognormal,
    }
)


def _read(value: Any) -> Distribution:
    if not isinstance(value, dict):
        return _read_constant(value)
    if len(value) != 1:
        raise mistaken(f"{show(value)} is not one law; write a number of seconds, {_FORMS}")
    ((law, parameters),) = value.items()
    if law not in _READERS:
        raise mistaken(f"{show(law)} is not a law; {near(law, _READERS)}")
    return _READERS[law](parameters)


def written_law(law: Distribution) -> float | dict[str, Any]:
    """Return a random duration as a profile writes it; read again, it is the same."""
    match law.law:
        case Law.CONSTANT:
            return law.a
        case Law.EXPONENTIAL:
            return {str(law.law): law.a}
        case Law.UNIFORM | Law.LOGNORMAL:
            return {str(law.law): [law.a, law.b]}
        case _:
            assert_never(law.law)


Seconds = Annotated[Distribution, PlainValidator(_read)]
"""A number of seconds, or the law of a random one."""
