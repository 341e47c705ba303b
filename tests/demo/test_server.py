"""The demo board in a process of its own."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import cast

import pytest

from loadtest.demo.server import DemoServer, Fault
from loadtest.errors import LoadtestError


def test_a_board_serves_as_long_as_its_block_lasts() -> None:
    server = DemoServer(Fault.NONE)

    with server:
        url = server.url
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.status == 200

    assert server.url == ""
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=10)


def test_a_board_that_does_not_start_is_told_with_its_last_words() -> None:
    with pytest.raises(LoadtestError, match=r"(?s)did not start.*invalid Fault value: 'nonsense'"):
        DemoServer(cast(Fault, "nonsense")).__enter__()


def test_the_environment_of_a_board_can_be_given() -> None:
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONSTARTUP": "", "PYTHONHOME": "/nowhere"}

    with pytest.raises(LoadtestError, match="did not start"):
        DemoServer(Fault.NONE, environment).__enter__()


def test_a_port_that_is_taken_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "loadtest.demo", "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (ended.returncode, ended.stderr) == (1, f"127.0.0.1:{port}: Address already in use\n")
