"""The hooks on python-socketio from 5.0 on, each with the python-engineio of its time."""

from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.e2e.environments import python_with
from tests.e2e.hooking import newest, under_hooks, wait_until_gone
from tests.hooks.receiver import RUN, receiving

APP = Path(__file__).parent / "apps" / "any_version.py"
OTHERS = ("uvicorn[standard]>=0.30", "werkzeug>=3")
VERSIONS = {
    "5.0.4": "4.0.0",
    "5.4.1": "4.2.1",
    "5.9.0": "4.7.1",  # the last with socketio.asyncio_server; python-engineio 4.7 has its own
    "5.10.0": "4.8.0",
    "5.11.4": "4.9.1",
    "5.18.1": "4.15.1",
}
ALWAYS = {("5.0.4", "asgi"), ("5.9.0", "asgi")}
KEEPING = {("5.0.4", "threading"), ("5.4.1", "threading")}
"""python-engineio's sweep passed over sockets that were closed: who polled left one behind, for ever."""
LABELS = {
    "asgi": ["engineio.AsyncServer", "socketio.AsyncServer"],
    "threading": ["engineio.Server", "socketio.Server"],
}
CASES = [
    pytest.param(version, mode, marks=[] if (version, mode) in ALWAYS else [pytest.mark.slow])
    for version in VERSIONS
    for mode in LABELS
]
VISITS = 12


def visit(url: str, number: int, mode: str) -> str:
    """Say hello, fail every third time, leave; return what was answered."""
    client: Any = socketio.Client(reconnection=False)
    # what polls is read by python-socketio 5.0 in threads as well as by today's
    transport = "websocket" if mode == "asgi" else "polling"
    client.connect(url, headers={"x-loadtest-navigation": f"{RUN}{number:016x}"}, transports=[transport])
    if number % 3 == 0:
        client.emit("boom")
    answer: str = client.call("hello", str(number), timeout=20)
    client.disconnect()
    return answer


def is_newer(snapshot: dict[str, Any], than: dict[str, Any]) -> bool:
    """Return whether this one was surely taken after the other had come."""
    return bool(snapshot["sequence"] >= than["sequence"] + 2)


def left(snapshot: dict[str, Any]) -> set[str]:
    """Return the kinds of which something is left behind, or nobody knows."""
    return {kind for kind in snapshot["left_behind"] if snapshot["residue"][kind] != 0}


@pytest.mark.parametrize(("version", "mode"), CASES)
def test_each_version_is_hooked_and_counted(version: str, mode: str, runtime: Path) -> None:
    python = python_with(f"python-socketio=={version}", f"python-engineio=={VERSIONS[version]}", *OTHERS)
    with receiving(runtime) as receiver, under_hooks([str(python), str(APP), "{port}", mode], runtime) as app:
        answers = [visit(app.url, number, mode) for number in range(VISITS)]
        wait_until_gone(receiver, VISITS)
        (told,) = newest(receiver)
        # the server's own sweep takes its time
        kept = {"eio_sockets"} if (version, mode) in KEEPING else set()
        last = receiver.wait_for(lambda snapshot: is_newer(snapshot, told) and left(snapshot) == kept, 40)

    assert answers == [f"hello {number}" for number in range(VISITS)]
    assert {row["event"]: (row["calls"], row["errors"]) for row in last["handlers"]} == {
        "connect": (VISITS, 0),
        "hello": (VISITS, 0),
        "boom": (4, 4),
        "disconnect": (VISITS, 0),
    }
    assert [(error["what"], error["count"]) for error in last["errors"]] == [("LookupError in boom", 4)]
    assert set(LABELS[mode]) <= set(last["hooks"]["installed"])
    assert (last["hooks"]["missing"], last["hooks"]["problems"]) == ([], [])
    assert last["versions"] == {"python-socketio": version, "python-engineio": VERSIONS[version]}
