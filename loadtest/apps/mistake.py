"""Mistakes in a profile: where one is and what would be right; tables that tell all theirs."""

import difflib
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

__all__ = [
    "KeyPath",
    "Mistake",
    "Table",
    "key_path",
    "mistaken",
    "mistakes_of",
    "near",
    "show",
    "spoken",
    "wrong_number",
]

KeyPath = tuple[str | int, ...]
_OURS = "mistake"
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake, at a place that is told relative to the table or value it was found in."""

    path: KeyPath
    text: str

    def __str__(self) -> str:
        return f"{key_path(self.path)}: {self.text}" if self.path else self.text


def key_path(path: KeyPath) -> str:
    """Return a path as one writes it: ``stages[0].rate_per_s``, ``thresholds."server.errors"``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            is_bare = part.replace("_", "a").replace("-", "a").isalnum() and part.isascii()
            text += ("." if text else "") + (part if is_bare else json.dumps(part, ensure_ascii=False))
    return text


def show(value: object) -> str:
    """Return a value about as TOML writes it, cut when it is long."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def near(word: str, known: Iterable[str]) -> str:
    """Return what would be right instead of an unknown word: the nearest known ones, or all of them."""
    known = list(known)
    if not known:
        return "there is none to name here"
    close = difflib.get_close_matches(word, known, n=2, cutoff=0.7)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}"


def wrong_number(value: object, *, above: float = -math.inf, at_least: float = -math.inf) -> str | None:
    """Say why a value out of TOML is not a finite number in these bounds, or return None when it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{show(value)} is not a number"
    if not abs(value) <= sys.float_info.max:  # nan too; an integer may be beyond every float
        return f"{show(value)} is not a finite number"
    if value <= above:
        return f"{show(value)} is not above {above:g}"
    if value < at_least:
        return f"{show(value)} is below {at_least:g}"
    return None


def mistaken(mistakes: str | Sequence[Mistake]) -> ValidationError:
    """Return the error that a validator of a ``Table`` raises: one sentence, or many mistakes."""
    if isinstance(mistakes, str):
        mistakes = [Mistake((), mistakes)]
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(_OURS, "{text}", {"text": mistake.text}), loc=mistake.path, input=None
        )
        for mistake in mistakes
    ]
    return ValidationError.from_exception_data("profile", lines)


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """Return what a ``Table`` found wrong, in the order of its keys."""
    return [Mistake(line["loc"], line["msg"]) for line in error.errors(include_url=False)]


_SENTENCES: Mapping[str, Callable[[ErrorDetails], str]] = MappingProxyType(
    {
        "float_type": lambda line: f"{show(line['input'])} is not a number",
        "finite_number": lambda line: f"{show(line['input'])} is not a finite number",
        "int_type": lambda line: f"{show(line['input'])} is not a whole number",
        "int_from_float": lambda line: f"{show(line['input'])} is not a whole number",
        "int_parsing": lambda line: f"{show(line['input'])} is not a whole number",
        "float_parsing": lambda line: f"{show(line['input'])} is not a number",
        "string_type": lambda line: f"{show(line['input'])} is not a string",
        "string_too_short": lambda line: f"{show(line['input'])} is empty",
        "bool_type": lambda line: f"{show(line['input'])} is not true or false",
        "too_long": lambda line: f"has {line['ctx']['actual_length']}, more than {line['ctx']['max_length']}",
        "list_type": lambda line: f"{show(line['input'])} is not a list",
        "dict_type": lambda line: f"{show(line['input'])} is not a table",
        "model_type": lambda line: f"{show(line['input'])} is not a table",
        "greater_than": lambda line: f"{show(line['input'])} is not above {line['ctx']['gt']:g}",
        "greater_than_equal": lambda line: f"{show(line['input'])} is below {line['ctx']['ge']:g}",
        "less_than_equal": lambda line: f"{show(line['input'])} is above {line['ctx']['le']:,.10g}",
    }
)
"""Our words for pydantic's errors, by their type."""


def spoken(line: ErrorDetails) -> str:
    """Return one of pydantic's errors in our words; its own where we have none."""
    if line["type"] == "value_error":
        return str(line["ctx"]["error"])
    return _SENTENCES[line["type"]](line) if line["type"] in _SENTENCES else line["msg"]


class Table(BaseModel):
    """A table of a profile: strict, frozen, and it tells all its mistakes in our words.

    Each required key gives an example of a right value, each key may be judged against the ones before it.
    """

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False
    )

    @model_validator(mode="wrap")
    @classmethod
    def _speak(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            lines = error.errors(include_url=False)
            raise mistaken([Mistake(line["loc"], cls._sentence(line)) for line in lines]) from None

    @classmethod
    def _sentence(cls, line: ErrorDetails) -> str:
        match line["type"]:
            case "extra_forbidden":
                known = [field.alias or name for name, field in cls.model_fields.items()]
                return f"unknown key; {near(str(line['loc'][-1]), known)}"
            case "missing":
                key = str(line["loc"][-1])
                examples = cls.model_fields[key].examples or []
                return f"is missing; write {' or '.join(f'{key} = {show(example)}' for example in examples)}"
            case _:
                # a nested table and our own validators have spoken already: their text stays as it is
                return spoken(line)
