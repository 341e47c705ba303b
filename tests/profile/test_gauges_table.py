"""The keys of [[gauges]]."""

from typing import Any

import pytest
from pydantic import ValidationError

from loadtest.apps.mistake import mistakes_of
from loadtest.profile.gauges_table import GaugeTable
from loadtest.profile.model import Gauge


def told(**keys: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        GaugeTable.model_validate(keys)
    return [str(mistake) for mistake in mistakes_of(caught.value)]


@pytest.mark.parametrize(
    "value",
    ["app:clients", "myapp.state:hub.rooms", "len(myapp.state:hub.rooms)", "__main__:_clients", "öl:menge2"],
)
def test_a_gauge_is_an_attribute_of_a_module_or_its_length(value: str) -> None:
    table = GaugeTable.model_validate({"name": "clients-1", "value": value})

    assert table.build() == Gauge("clients-1", value)


@pytest.mark.parametrize(
    "value",
    [
        *("", "clients", "app.clients", "app:", ":clients", "app:clients()", "len(app:clients"),
        *("len(len(a:b))", "app:clients[0]", "app:a b", "a/b:c", "__import__('os'):system", "app:1"),
        "a:" + "b" * 299,
    ],
)
def test_what_is_no_such_place_is_told_with_what_would_be_right(value: str) -> None:
    (mistake,) = told(name="clients", value=value)

    assert mistake.startswith('value: "')
    assert mistake.endswith(
        'is not module:attribute, such as "myapp.state:clients" (a number, or what has a length) '
        'or "len(myapp.state:clients)"'
    )


@pytest.mark.parametrize("name", ["", "1", "a.b", "a b", "é", "x" * 101])
def test_a_name_is_a_word(name: str) -> None:
    (mistake,) = told(name=name, value="app:clients")

    assert mistake.endswith("is no name: letters, digits, _ and -, a letter or _ first, such as clients"), (
        mistake
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert told(value=3, unit="ms") == [
        'name: is missing; write name = "clients"',
        "value: 3 is not a string",
        "unit: unknown key; known: name, value",
    ]
