"""Gauges, read from modules of this process."""

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from loadtest.hooks.vitals.gauges import Gauge, Gauges, gauges_of, is_launched

REFUSED = (
    "gauges are read only in processes that 'loadtest instrument' has started; "
    "this one has called loadtest.hooks.install() itself"
)


class _Odd:
    @property
    def broken(self) -> int:
        raise OSError

    def __float__(self) -> float:
        return 2.5


@pytest.fixture(autouse=True)
def state() -> Iterator[None]:
    module: Any = ModuleType("myapp.state")
    module.clients = {"a": 1, "b": 2}
    module.total = 7
    module.share = 0.5
    module.hub = SimpleNamespace(rooms=[1, 2, 3])
    module.odd = _Odd()
    module.nothing = None
    module.nan = float("nan")
    module.huge = 10**400
    sys.modules["myapp.state"] = module
    yield
    del sys.modules["myapp.state"]


def read(value: str, *, is_allowed: bool = True) -> tuple[float | None, list[str]]:
    values, problems = Gauges(is_allowed=is_allowed).read([Gauge("g", value)])
    return values["g"], problems


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("myapp.state:clients", 2),
        ("myapp.state:total", 7),
        ("myapp.state:share", 0.5),
        ("myapp.state:hub.rooms", 3),
        ("len(myapp.state:hub.rooms)", 3),
        ("myapp.state:odd", 2.5),
        ("__main__:__name__", len("__main__")),
    ],
)
def test_a_gauge_is_a_number_or_a_length(value: str, number: float) -> None:
    assert read(value) == (number, [])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("myapp.other:clients", "gauge g: this process has not imported a module myapp.other"),
        ("myapp.state:guests", "gauge g: myapp.state:guests is not there: no attribute guests"),
        ("myapp.state:hub.guests", "gauge g: myapp.state:hub.guests is not there: no attribute guests"),
        (
            "myapp.state:nothing",
            "gauge g: myapp.state:nothing is a NoneType, which is no number and has no length",
        ),
        ("len(myapp.state:total)", "gauge g: myapp.state:total is a int, which has no length"),
        ("myapp.state:nan", "gauge g: myapp.state:nan is nan"),
        ("myapp.state:huge", "gauge g: OverflowError in myapp.state:huge"),
        ("myapp.state:odd.broken", "gauge g: OSError in myapp.state:odd.broken"),
        ("myapp.state", "gauge g: myapp.state is not there: no attribute "),
    ],
)
def test_a_gauge_that_cannot_be_read_is_no_data_and_says_why(value: str, problem: str) -> None:
    assert read(value) == (None, [problem])


def test_no_module_is_imported_for_a_gauge() -> None:
    sys.modules.pop("antigravity", None)

    assert read("antigravity:webbrowser")[0] is None
    assert "antigravity" not in sys.modules


def test_one_gauge_that_cannot_be_read_takes_nothing_from_the_others() -> None:
    gauges = [Gauge("a", "myapp.state:nothing"), Gauge("b", "myapp.state:total")]

    values, problems = Gauges(is_allowed=True).read(gauges)

    assert (values, len(problems)) == ({"a": None, "b": 7}, 1)


def test_a_process_that_nobody_launched_refuses_once_for_all_gauges() -> None:
    gauges = [Gauge("a", "myapp.state:total"), Gauge("b", "myapp.state:total")]

    values, problems = Gauges(is_allowed=False).read(gauges)

    assert values == {"a": None, "b": None}
    assert problems == [REFUSED]
    assert Gauges(is_allowed=False).read([]) == ({}, [])


def test_only_the_launchers_word_counts() -> None:
    assert [is_launched({"LOADTEST_LAUNCHED": text}) for text in ("1", "0", "")] == [True, False, False]
    assert not is_launched({})


@pytest.mark.parametrize(
    ("data", "gauges"),
    [
        ([{"name": "a", "value": "b:c"}], (Gauge("a", "b:c"),)),
        (None, ()),
        ({"name": "a"}, ()),
        ([1, None, {"name": "a"}, {"name": 1, "value": "b"}, {"name": "a", "value": "x" * 301}], ()),
        ([{"name": str(number), "value": "b:c"} for number in range(60)], 50),
    ],
)
def test_what_a_collector_says_is_read_with_care(data: Any, gauges: Any) -> None:
    found = gauges_of(data)

    assert (len(found) if isinstance(gauges, int) else found) == gauges
