"""Mistakes: their paths, their words, and that a table tells all of its own."""

import datetime
from typing import Annotated, Any

import pytest
from pydantic import Field, PlainValidator, ValidationError

from loadtest.apps.mistake import (
    KeyPath,
    Mistake,
    Table,
    key_path,
    mistaken,
    mistakes_of,
    near,
    show,
    wrong_number,
)


def _refuse(value: Any) -> Any:
    raise mistaken([Mistake(("inner", 0), f"{value} {{is}} odd"), Mistake((), "and bad")])


class Row(Table):
    speed: float = Field(gt=0, examples=[5, [1, 2]])
    share: float = Field(default=0, ge=0, le=1)
    name: str = ""
    count: int = 0
    is_on: bool = False
    marks: list[float] = Field(default_factory=list)
    notes: dict[str, float] = Field(default_factory=dict)
    odd: Annotated[int, PlainValidator(_refuse)] = 0


class Sheet(Table):
    rows: list[Row]


def told(rows: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Sheet.model_validate({"rows": rows})
    return [str(mistake) for mistake in mistakes_of(caught.value)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("seed",), "seed"),
        (("stages", 1, "rate_per_s"), "stages[1].rate_per_s"),
        (("thresholds", "server.errors", 0), 'thresholds."server.errors"[0]'),
        (("pages", "/a"), 'pages."/a"'),
        (("a", ""), 'a.""'),
        (("ä",), '"ä"'),
    ],
)
def test_a_path_is_written_as_one_types_it(path: KeyPath, text: str) -> None:
    assert key_path(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        (True, "true"),
        (5, "5"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ([1, "x"], '[1, "x"]'),
        (datetime.date(1979, 5, 27), '"1979-05-27"'),
        ("x" * 80, '"' + "x" * 58 + "…"),
    ],
)
def test_a_value_is_shown_about_as_it_was_written(value: object, text: str) -> None:
    assert show(value) == text


def test_an_unknown_word_near_a_known_one_gets_a_proposal() -> None:
    assert near("durations", ["duration_s", "rate_per_s"]) == "did you mean duration_s?"


def test_an_unknown_word_near_none_gets_all_the_known() -> None:
    assert near("x", ["duration_s", "rate_per_s"]) == "known: duration_s, rate_per_s"


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (2, None),
        (0.5, None),
        (0, "0 is not above 0"),
        (-5, "-5 is not above 0"),
        (0.25, "0.25 is below 0.5"),
        ("2", '"2" is not a number'),
        (True, "true is not a number"),
        (float("nan"), "nan is not a finite number"),
        (float("inf"), "inf is not a finite number"),
        (10**400, "1" + "0" * 58 + "… is not a finite number"),
    ],
)
def test_a_number_is_judged_by_its_bounds(value: object, wrong: str | None) -> None:
    assert wrong_number(value, above=0, at_least=0.5) == wrong


def test_all_mistakes_of_nested_tables_are_told_at_once() -> None:
    rows = [
        {
            "speed": -1,
            "share": -0.5,
            "name": 3,
            "count": 1.5,
            "is_on": 1,
            "marks": ["x"],
            "notes": {"a": True},
        },
        {"speed": float("inf"), "count": "3", "marks": 4, "notes": 5, "sped": 2},
        {},
        6,
    ]

    assert told(rows) == [
        "rows[0].speed: -1 is not above 0",
        "rows[0].share: -0.5 is below 0",
        "rows[0].name: 3 is not a string",
        "rows[0].count: 1.5 is not a whole number",
        "rows[0].is_on: 1 is not true or false",
        'rows[0].marks[0]: "x" is not a number',
        "rows[0].notes.a: true is not a number",
        "rows[1].speed: inf is not a finite number",
        'rows[1].count: "3" is not a whole number',
        "rows[1].marks: 4 is not a list",
        "rows[1].notes: 5 is not a table",
        "rows[1].sped: unknown key; did you mean speed?",
        "rows[2].speed: is missing; write speed = 5 or speed = [1, 2]",
        "rows[3]: 6 is not a table",
    ]


def test_a_number_that_is_too_large_is_told() -> None:
    assert told([{"speed": 1, "share": 2}]) == ["rows[0].share: 2 is above 1"]


def test_a_validators_own_mistakes_keep_their_places_and_words() -> None:
    assert told([{"speed": 1, "odd": "this"}]) == [
        "rows[0].odd.inner[0]: this {is} odd",
        "rows[0].odd: and bad",
    ]


def test_one_sentence_is_a_mistake_of_its_own() -> None:
    assert mistakes_of(mistaken("is bad")) == [Mistake((), "is bad")]


def test_a_mistake_without_a_place_is_its_text() -> None:
    assert str(Mistake((), "is bad")) == "is bad"
