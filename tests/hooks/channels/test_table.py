"""Which module each channel watches."""

import json
import subprocess
import sys
import types

from loadtest.hooks import finder
from loadtest.hooks.channels.table import CHANNELS, watch_channel
from loadtest.hooks.process import HookedProcess

ALL = "asyncio.base_events logging threading concurrent.futures.thread gevent.hub gevent.greenlet flask.app"
SOURCE = f"""
import importlib, json, logging, sys, threading
from loadtest import hooks
def methods():
    return [
        str(getattr(owner, name).__code__.co_filename)
        for owner, name in (
            (logging.Logger, "callHandlers"),
            (threading.Thread, "start"),
            (sys.modules["asyncio.base_events"].BaseEventLoop, "call_exception_handler"),
            (sys.modules["gevent.hub"].Hub, "handle_error"),
            (sys.modules["flask.app"].Flask, "__call__"),
        )
    ]
early = {{name for name in {ALL!r}.split() if name in sys.modules}}
hooks.install()
import flask
import socketio
import gevent
inside = methods()
hooks.uninstall()
outside = methods()
print(json.dumps([[path.rpartition("/")[2] for path in paths] for paths in (inside, outside)]))
"""


def test_the_finder_knows_the_same_modules() -> None:
    assert tuple(CHANNELS) == finder._CHANNELS


def test_modules_are_watched_that_were_imported_before_a_server_and_after_and_put_back() -> None:
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    inside, outside = json.loads(done.stdout)
    assert inside == ["log.py", "thread.py", "loop.py", "hub.py", "page.py"]
    assert outside == ["__init__.py", "threading.py", "base_events.py", "hub.py", "app.py"]


def test_a_module_of_another_layout_is_left_as_it_is_and_told(process: HookedProcess) -> None:
    module = types.ModuleType("flask.app")
    watch_channel(process, "flask.app", module)()

    assert process.missing == [
        "errors in flask.app are not watched: module 'flask.app' has no attribute 'Flask'"
    ]
