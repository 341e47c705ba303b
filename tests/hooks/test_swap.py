"""Wrappers put in, and everything put back."""

# ruff: noqa: ARG001  # functions that become methods

from typing import Any

import pytest

from loadtest.hooks.swap import nothing, swap, together


class Base:
    def call(self) -> str:
        return "base"


class Heir(Base):
    pass


def ours(self: Any) -> str:
    return "ours"


def theirs(self: Any) -> str:
    return "theirs"


@pytest.mark.parametrize("owner", [Base, Heir])
def test_a_wrapper_is_put_in_and_everything_is_as_it_was(owner: Any) -> None:
    before = dict(vars(owner))
    undo = swap(owner, "call", ours)

    assert owner().call() == "ours"
    undo()
    assert owner().call() == "base"
    assert dict(vars(owner)) == before


def test_what_somebody_else_has_put_on_top_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    undo = swap(Heir, "call", ours)
    monkeypatch.setattr(Heir, "call", theirs)
    undo()

    assert Heir().call() == "theirs"
    monkeypatch.undo()
    undo()
    assert Heir().call() == "base"


def test_undos_run_together_the_newest_first() -> None:
    order: list[int] = []
    undo = together(lambda: order.append(1), nothing, lambda: order.append(2))
    undo()

    assert order == [2, 1]
