"""Putting the hooks in, and taking them out, in one's own environment."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import engineio
import pytest
import socketio

from loadtest import hooks

CLASSES = (socketio.AsyncServer, socketio.Server, engineio.AsyncServer, engineio.Server)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    yield
    hooks.uninstall()
    for thread in threading.enumerate():
        if thread.name == "loadtest-hooks":
            thread.join(10)


def functions() -> list[object]:
    return [vars(owner)["_trigger_event"] for owner in CLASSES]


def test_installing_twice_hooks_once() -> None:
    hooks.install()
    once, finders = functions(), list(sys.meta_path)
    hooks.install()

    assert functions() == once
    assert sys.meta_path == finders


def test_uninstalling_puts_everything_back() -> None:
    before, finders = functions(), list(sys.meta_path)
    hooks.install()
    during = functions()

    hooks.uninstall()
    hooks.uninstall()

    assert all(now is not then for now, then in zip(during, before, strict=True))
    assert all(now is then for now, then in zip(functions(), before, strict=True))
    assert sys.meta_path == finders


def test_after_uninstalling_they_can_be_installed_again() -> None:
    before = functions()
    hooks.install()
    hooks.uninstall()
    hooks.install()

    assert all(now is not then for now, then in zip(functions(), before, strict=True))
