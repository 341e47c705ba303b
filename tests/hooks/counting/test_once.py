"""Exceptions told apart as objects, and not kept."""

import gc
import weakref
from typing import Any

import pytest

from loadtest.hooks.counting import once as module
from loadtest.hooks.counting.once import Once


class OwnError(Exception):
    pass


class SlottedError(Exception):
    __slots__ = ()


class SpitefulError(Exception):
    """Equal to none, without a hash, and with attributes of its own invention."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise RuntimeError

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError


KINDS = [KeyError, OwnError, SlottedError, SpitefulError]


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_that_was_counted_is_known_by_itself(kind: type[Exception]) -> None:
    once = Once()
    error, other = kind("planted"), kind("planted")
    once.add(error, 5.0)

    assert once.when(error) == 5.0
    assert once.when(other) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_later_exception_with_the_same_id_is_another(kind: type[Exception]) -> None:
    once = Once()
    reused = 0
    ids = set()
    for _ in range(100):
        error = kind("planted")
        reused += id(error) in ids
        ids.add(id(error))
        assert once.when(error) is None
        once.add(error, 1.0)
        del error

    assert reused > 50, "Python did not reuse ids: the test shows nothing"


@pytest.mark.parametrize("kind", [KeyError, OwnError, SlottedError])
def test_nothing_can_be_seen_on_the_exception(kind: type[Exception]) -> None:
    error = kind("planted")
    Once().add(error, 1.0)

    assert (error.args, vars(error), hasattr(error, "__notes__")) == (("planted",), {}, False)


@pytest.mark.parametrize("kind", [KeyError, OwnError, SlottedError])
def test_what_the_app_put_on_an_exception_is_let_go_with_it(kind: type[Exception]) -> None:
    class Large:
        pass

    once, error, large = Once(), kind("planted"), Large()
    error.large = large  # type: ignore[attr-defined]
    once.add(error, 1.0)
    watched = weakref.ref(large)
    del large
    once.let_go()
    assert once.when(error) == 1.0
    del error
    once.let_go()
    gc.collect()

    assert watched() is None
    assert len(once) == 0


def test_without_room_the_dead_go_first_and_then_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_MARKS", 3)
    once = Once()
    first, second = KeyError(1), KeyError(2)
    once.add(first, 1.0)
    once.add(KeyError("dies at once"), 2.0)
    once.add(second, 3.0)
    third, fourth = KeyError(3), KeyError(4)
    once.add(third, 4.0)
    known = [once.when(error) for error in (first, second, third)]
    once.add(fourth, 5.0)

    assert known == [1.0, 3.0, 4.0]
    assert [once.when(error) for error in (first, second, third, fourth)] == [None, 3.0, 4.0, 5.0]
