"""A navigation rate as the command line and ``[[turns]]`` write it: a number, or a factor such as ``x2``."""

from typing import Any

from loadtest.apps.mistake import mistaken, show, wrong_number
from loadtest.profile.model import Rate

__all__ = ["MOST_PER_S", "read_rate", "wrong_rate"]

MOST_PER_S = 1e6
"""No machine sends more; a larger number is a slip."""
_FORMS = '"x2" (times the planned rate) or a number (navigations a second)'


def wrong_rate(value: object) -> str | None:
    """Say why a value out of TOML is no rate, or return None when it is."""
    wrong = wrong_number(value, at_least=0)
    if not wrong and isinstance(value, int | float) and value > MOST_PER_S:
        return f"{show(value)} is above {MOST_PER_S:,.10g}"
    return wrong


def read_rate(value: Any) -> Rate:
    """Read a number, or a factor: ``"x2"``.

    Raises:
        ValidationError: it is neither.
    """
    if not isinstance(value, str):
        if wrong := wrong_rate(value):
            raise mistaken(wrong)
        return Rate(float(value), is_factor=False)
    digits = value.removeprefix("x")
    try:
        number = float(digits) if digits.isascii() and "_" not in digits else None
    except ValueError:
        number = None
    if number is None:
        raise mistaken(f"{show(value)} is not {_FORMS}")
    if wrong := wrong_rate(number):
        raise mistaken(f"{show(value)}: {wrong}")
    return Rate(number, is_factor=digits != value)
