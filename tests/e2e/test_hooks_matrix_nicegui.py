"""NiceGUI's own callbacks: what they raise is counted exactly, and belongs to the visit whose page it was."""

import contextlib
import json
import re
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.e2e.environments import python_with
from tests.e2e.harness import free_port, served
from tests.e2e.matrix_visits import trace
from tests.e2e.test_hooks_matrix import LAUNCH, numbers_of, settled
from tests.hooks.receiver import receiving

APP = Path(__file__).parent / "apps" / "matrix_nicegui.py"
TYPES = {
    "page": "FloatingPointError",
    "connect": "RuntimeError",
    "coroutine": "UnicodeError",
    "disconnect": "KeyError",
    "timer": "BufferError",
    "background": "ArithmeticError",
}
TIMES = 20


def visit(port: int, number: int, fault: str) -> None:
    """Load the page, shake hands, stay until its callbacks have run, and leave."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", f"/?fault={fault}", headers=trace(number))
        text = connection.getresponse().read().decode()
    if fault == "page":
        return
    found = re.search(r"client_id['\"]?: ['\"]([\w-]+)", text)
    assert found, text
    client = {"client_id": found[1], "document_id": f"d{number}", "tab_id": f"t{number}"}
    header = [f"{name}: {value}" for name, value in trace(number).items()]
    path = "_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    socket = websocket.create_connection(
        f"ws://127.0.0.1:{port}/{path}&client_id={found[1]}", 10, header=header
    )
    socket.send("40")
    _hear(socket, "40")
    socket.send(f"421{json.dumps(['handshake', client])}")
    assert _hear(socket, "431") == "431[true]"
    if fault == "timer":
        time.sleep(0.15)
    socket.close()


def _hear(socket: websocket.WebSocket, beginning: str) -> str:
    while not (packet := str(socket.recv())).startswith(beginning):
        continue
    return packet


@pytest.mark.slow
@pytest.mark.parametrize("is_faulty", [True, False], ids=["faulty", "faultless"])
@pytest.mark.parametrize("version", ["2.11.0", "3.18.0"])
def test_each_fault_of_a_callback_is_counted_exactly_with_its_navigations(
    version: str, is_faulty: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    if not is_faulty:
        monkeypatch.setenv("LOADTEST_FAULTLESS", "1")
    python, port = str(python_with(f"nicegui=={version}")), free_port()
    command = [sys.executable, "-c", LAUNCH, python, "-u", str(APP), str(port)]
    expected: dict[str, list[int]] = {}
    with (
        receiving(tmp_path) as receiver,
        served(command, port, tmp_path / "app.log"),
    ):
        for place, (fault, name) in enumerate(TYPES.items()):
            expected[name] = list(range(place * TIMES, (place + 1) * TIMES)) if is_faulty else []
            for number in range(place * TIMES, (place + 1) * TIMES):
                visit(port, number, fault)
        snapshot = settled(receiver, TIMES * (len(TYPES) - 1))

    errors: list[dict[str, Any]] = snapshot["errors"]
    assert {error["channel"] for error in errors} == ({"log"} if is_faulty else set())
    assert numbers_of(receiver, snapshot) == {name: numbers for name, numbers in expected.items() if numbers}
    assert (snapshot["strays"], snapshot["hooks"]["problems"]) == ([], [])
