"""The hooks in every kind of server: each process that serves counts its own visits, once."""

import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import Served
from tests.e2e.hooking import SERVERS, Visitor, newest, under_hooks, wait_until_gone
from tests.hooks.receiver import receiving

APPS = Path(__file__).parent / "apps"
NICEGUI = ("nicegui==3.18.0",)
VISITS = 24


@dataclass(frozen=True, slots=True)
class Started:
    """A way to start an app."""

    command: Sequence[str]
    """The first word is a command of the app's environment."""
    workers: int = 1
    requirements: Sequence[str] = SERVERS
    env: Mapping[str, str] = field(default_factory=dict)
    path: str = "/socket.io/"
    is_last_told: bool = True
    """Whether a SIGTERM leaves the process the time for a last word."""


UVICORN = ("uvicorn", "counted_asgi:app", "--port", "{port}")
GUNICORN = ("gunicorn", "-b", "127.0.0.1:{port}", "-w", "2")
GEVENT = {"MODE": "gevent"}
EVENTLET = {"MODE": "eventlet"}
FLASK = {"FLASK_APP": "counted_flask"}
WAYS = {
    "uvicorn": Started(UVICORN),
    "uvicorn --reload": Started((*UVICORN, "--reload")),
    "uvicorn --workers 2": Started((*UVICORN, "--workers", "2"), workers=2),
    "python -m uvicorn": Started(("python", "-m", *UVICORN)),
    "python app.py": Started(("python", "counted_asgi.py", "{port}")),
    "hypercorn": Started(("hypercorn", "counted_asgi:app", "-b", "127.0.0.1:{port}")),
    # hypercorn sends its workers a second SIGTERM while they exit: it may come before the last word
    "hypercorn -w 2": Started(
        ("hypercorn", "counted_asgi:app", "-b", "127.0.0.1:{port}", "-w", "2"), workers=2, is_last_told=False
    ),
    "gunicorn gevent": Started((*GUNICORN, "-k", "gevent", "counted_flask:app"), workers=2, env=GEVENT),
    "gunicorn gthread": Started(
        (*GUNICORN, "-k", "gthread", "--threads", "50", "counted_flask:app"), workers=2
    ),
    "gunicorn gthread --preload": Started(
        (*GUNICORN, "--preload", "-k", "gthread", "--threads", "50", "counted_flask:app"), workers=2
    ),
    "gunicorn uvicorn.workers": Started(
        (*GUNICORN, "-k", "uvicorn.workers.UvicornWorker", "counted_asgi:app"), workers=2
    ),
    "gunicorn uvicorn_worker": Started(
        (*GUNICORN, "-k", "uvicorn_worker.UvicornWorker", "counted_asgi:app"), workers=2
    ),
    # werkzeug has no handler for SIGTERM: the process ends at once
    "flask run": Started(("flask", "run", "--port", "{port}"), env=FLASK, is_last_told=False),
    "python -m flask run --debug": Started(
        ("python", "-m", "flask", "run", "--debug", "--port", "{port}"), env=FLASK, is_last_told=False
    ),
    "app.run(debug=True)": Started(("python", "counted_flask.py", "{port}", "reload"), is_last_told=False),
    "gevent's own server": Started(("python", "counted_flask.py", "{port}"), env=GEVENT, is_last_told=False),
    "gevent, all patched": Started(
        ("python", "counted_flask.py", "{port}"), env={**GEVENT, "PATCH": "gevent"}, is_last_told=False
    ),
    "eventlet": Started(("python", "counted_flask.py", "{port}"), env=EVENTLET, is_last_told=False),
    "eventlet, all patched": Started(
        ("python", "counted_flask.py", "{port}"), env={**EVENTLET, "PATCH": "eventlet"}, is_last_told=False
    ),
    "aiohttp": Started(("python", "counted_loop.py", "{port}", "aiohttp")),
    "tornado": Started(("python", "counted_loop.py", "{port}", "tornado"), is_last_told=False),
    "NiceGUI with reload": Started(
        ("python", "counted_nicegui.py", "{port}"),
        requirements=NICEGUI,
        path="/_nicegui_ws/socket.io/",
    ),
}
ALWAYS = {"uvicorn --workers 2", "gunicorn gevent", "app.run(debug=True)"}


def visit(app: Served, way: Started) -> Counter[object]:
    """Visit until every worker has served somebody; return how many visitors each process served.

    No more than ``VISITS`` are there at once: while the other worker is starting, all come to one, and a
    threaded one accepts more connections than it has threads (gunicorn's gthread up to
    ``worker_connections``) and lets those wait that are too many, with its neighbour idle.
    """
    visitors: deque[Visitor] = deque()
    pids: Counter[object] = Counter()
    deadline_s = time.monotonic() + 60
    while pids.total() < VISITS or (len(pids) < way.workers and time.monotonic() < deadline_s):
        if len(visitors) == VISITS:
            visitors.popleft().leave()
        visitor = Visitor(app, pids.total(), way.path).say("40", answers=1)
        pids[visitor.ask("pid")] += 1
        visitors.append(visitor)
    for visitor in visitors:
        visitor.leave()
    return pids


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ALWAYS else [pytest.mark.slow]) for name in WAYS]
)
def test_each_serving_process_counts_its_own_visits(name: str, runtime: Path) -> None:
    way = WAYS[name]
    program = python_with(*way.requirements).with_name(way.command[0])
    env = {"PYTHONPATH": str(APPS), **way.env}
    with receiving(runtime) as receiver:
        with under_hooks([str(program), *way.command[1:]], runtime, APPS, env) as app:
            pids = visit(app, way)
            wait_until_gone(receiver, pids.total())
            told = newest(receiver)
        lasts = {snapshot["boot"]: snapshot["is_last"] for snapshot in newest(receiver)}

    assert len(pids) == way.workers
    assert {snapshot["pid"]: snapshot["visits"] for snapshot in told} == pids
    assert len(told) == len(pids), "a process counted under two boot ids"
    for snapshot in told:
        visits = snapshot["visits"]
        calls = {row["event"]: row["calls"] for row in snapshot["handlers"]}
        assert calls == {"connect": visits, "pid": visits, "disconnect": visits}
        assert snapshot["hooks"]["problems"] == snapshot["hooks"]["missing"] == []
        assert snapshot["errors"] == []
    if way.is_last_told:
        assert lasts == {snapshot["boot"]: True for snapshot in told}
