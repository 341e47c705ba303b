"""Errors that are a framework's own: an app that does nothing wrong is visited where requests break off."""

from pathlib import Path

import pytest

from tests.e2e.environments import python_with
from tests.e2e.harness import free_port, instrumented, loadtest, only_run, plain, served, summary_of

APP = Path(__file__).parent / "apps" / "asgi_app.py"

BROKEN_OFF = """
dwell_s = 0.1
[app]
pages = ["/"]
transports = ["polling"]
extract = { client_id = { regex = 'data-client="([^"]+)"' } }
handshake = { event = "handshake", data = { client_id = "$client_id" }, ack = true }
[[departures]]
at = "P06b"
manner = "fin"
[[departures]]
at = "P16b"
manner = "fin"
[[departures]]
at = "P18"
manner = "fin"
[[stages]]
duration_s = 4
rate_per_s = 30
"""


@pytest.mark.slow
def test_what_frameworks_say_of_requests_that_break_off_is_told_and_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "broken-off.toml").write_text(BROKEN_OFF)
    port = free_port()
    python = python_with("python-socketio==5.18.1", "python-engineio==4.15.1", "uvicorn", "wsproto")
    command = instrumented(str(python), str(APP), str(port))

    with served(command, port, tmp_path / "app.log") as app:
        ended = loadtest("run", "broken-off.toml", "--host", app.url, "--require-hooks", cwd=tmp_path)

    summary = summary_of(only_run(tmp_path / "results"))
    assert (ended.status, summary["findings"]) == (0, []), ended.output
    assert (summary["server"]["errors"], summary["server"]["problems"]) == (0, [])
    told = {row["what"]: row["at"] for row in summary["server"]["known_errors"]}
    assert told["TypeError in _handle_event"] == ["P06b"]
    assert told["JSONDecodeError in decode"] == ["P16b"]
    assert "Not counted: python-socketio's own, known and harmless: " in plain(ended.output)
